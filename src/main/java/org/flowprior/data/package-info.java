/** Images from folders, file lists, tar shards and npz files, or drawn; decoded, cropped and delivered in batches. */
package org.flowprior.data;
