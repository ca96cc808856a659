/** Networks that see: the vision transformer of DINO and DINOv2, VGG16, their weight files; resizing on tensors. */
package org.flowprior.vision;
