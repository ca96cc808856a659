/** {@code flowprior convert}: weights between safetensors and the {@code .pt} of the official scripts. */
package org.flowprior.cli.convert;
