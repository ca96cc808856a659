/** Images from folders, file lists and tar shards: decoded, cropped, and delivered in batches. */
package org.flowprior.data;
