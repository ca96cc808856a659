/**
 * Reads and writes tensors in files: safetensors, PyTorch's {@code .pt} and {@code .pth}, NumPy's {@code .npy} and
 * {@code .npz}.
 *
 * <p>Readers check everything that a file says before they use it. Wrong content throws a
 * {@link org.flowprior.torch.io.FormatException}, an error of the file system an {@link java.io.UncheckedIOException}.
 * The message of both is one line that begins with the path. No file makes a reader allocate more than a small multiple
 * of its size.
 *
 * <p>Methods called {@code read} map the file if the data is aligned, so that opening is fast and only the pages that
 * are used are read. The mapping is copy-on-write: tensors may be changed in place, the file stays. A mapped file must
 * not be truncated while its tensors live, because the operating system then ends the process; to replace it by a
 * rename, as the writers here do, is safe. Methods called {@code load} copy, and are for files that other programs
 * write in place. A checkpoint that {@code loadStateDict} copies into parameters is best mapped, in a scope that ends
 * after the copy.
 *
 * <p>Writers stream into a file beside the target, force it to the disk and rename it: a crash or a full disk leaves
 * the old file as it was.
 */
package org.flowprior.torch.io;
