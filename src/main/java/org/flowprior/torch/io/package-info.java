/**
 * Tensors in files: safetensors, PyTorch's {@code .pt} and {@code .pth}, NumPy's {@code .npy} and {@code .npz}.
 *
 * <p>Readers check everything a file says before they believe it: what is wrong in the content is a
 * {@link org.flowprior.torch.io.FormatException}, what goes wrong between the process and the disk an
 * {@link java.io.UncheckedIOException}; the message of either is one line that begins with the path. No file makes a
 * reader allocate more than a small multiple of its size.
 *
 * <p>Methods called {@code read} map the file where the data is aligned, so that opening is quick and only what is used
 * is read. The mapping is copy-on-write: tensors may be changed in place, the file stays. A mapped file must not be
 * truncated while its tensors live, which the operating system answers by ending the process; replacing it by a rename,
 * as the writers here do, is safe. Methods called {@code load} copy, and are for files that others write in place. A
 * checkpoint that {@code loadStateDict} copies into parameters is best mapped, in a scope that ends behind the copy.
 *
 * <p>Writers stream into a file beside the target, force it to the disk and rename it: a crash or a full disk leaves
 * the old file as it was.
 */
package org.flowprior.torch.io;
