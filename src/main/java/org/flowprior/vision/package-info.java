/** Networks for images: vision transformers (DINO, DINOv2), VGG16, Inception, a VAE's encoder; resizing of tensors. */
package org.flowprior.vision;
