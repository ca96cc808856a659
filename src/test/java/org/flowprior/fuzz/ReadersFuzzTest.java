package org.flowprior.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.flowprior.config.ConfigLoader;
import org.flowprior.data.ImageDecoder;
import org.flowprior.data.ImageSource;
import org.flowprior.data.TarShards;
import org.flowprior.torch.io.Npy;
import org.flowprior.torch.io.Npz;
import org.flowprior.torch.io.PtFile;
import org.flowprior.torch.io.Safetensors;
import org.flowprior.torch.io.TensorFiles;
import org.flowprior.train.autoencoder.AutoencoderTrainingConfig;
import org.flowprior.train.flow.FlowTrainingConfig;
import org.flowprior.train.mar.MarTrainingConfig;
import org.flowprior.train.toy.ToyConfig;

/**
 * Every reader on bytes that Jazzer makes: {@code tools/fuzz MINUTES TARGET} searches, with the name of a method here.
 * Otherwise the kept inputs are replayed: seeds, and what was found, in {@code ReadersFuzzTestInputs/METHOD} beside the
 * resources of this package.
 */
class ReadersFuzzTest {

    @FuzzTest
    void safetensors(byte[] data) {
        Examination.of(data, ".safetensors").read(Safetensors::read).read(Safetensors::load).read(TensorFiles::list);
    }

    @FuzzTest
    void pt(byte[] data) {
        Examination.of(data, ".pt").read(PtFile::read).read(PtFile::load).read(TensorFiles::list);
    }

    /** The format before zip files; the same reader finds it by its first bytes. */
    @FuzzTest
    void legacyPt(byte[] data) {
        Examination.of(data, ".pth").read(PtFile::read).read(PtFile::load).read(TensorFiles::list);
    }

    /** The pickle of a whole zip file: in damaged ones, the checks of the container hide most of it. */
    @FuzzTest
    void pickle(byte[] data) {
        Examination.of(zipped(data), ".pt").read(PtFile::read).read(PtFile::load).read(TensorFiles::list);
    }

    @FuzzTest
    void npy(byte[] data) {
        Examination.of(data, ".npy").read(Npy::read).read(TensorFiles::list);
    }

    @FuzzTest
    void npz(byte[] data) {
        Examination.of(data, ".npz").read(Npz::read).read(TensorFiles::list);
    }

    @FuzzTest
    void tar(byte[] data) {
        Examination.of(data, ".tar").read(ReadersFuzzTest::openTar);
    }

    private static void openTar(Path file) {
        try (ImageSource images = TarShards.open(List.of(file))) {
            for (int i = 0; i < images.size(); i++) {
                images.name(i);
                images.classes().get(images.label(i));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Memory is not bounded by the file's size here: a small file may well be a large image. */
    @FuzzTest
    void image(byte[] data) {
        Examination.of(data, ".image").readOfAnySize(file -> ImageDecoder.decode(data, file.toString()));
    }

    @FuzzTest
    void config(byte[] data) {
        Examination examination = Examination.of(data, ".json");
        for (ConfigLoader<?> loader : List.of(ToyConfig.loader(), FlowTrainingConfig.loader(),
                AutoencoderTrainingConfig.loader(), MarTrainingConfig.loader())) {
            examination.read(file -> loader.load(file.toString(), List.of()));
            examination.read(file -> loader.read(file, List.of()));
        }
    }

    @FuzzTest
    void checkpoint(byte[] data) {
        CheckpointMutant.examine(data);
    }

    /** Makes a file as {@code torch.save} does, with this pickle and two storages of 64 bytes. */
    private static byte[] zipped(byte[] pickle) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            add(zip, "archive/data.pkl", pickle);
            add(zip, "archive/data/0", ByteBuffer.allocate(64).putDouble(0, Math.PI).array());
            add(zip, "archive/data/1", new byte[64]);
            add(zip, "archive/version", new byte[] {'3', '\n'});
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    private static void add(ZipOutputStream zip, String name, byte[] content) throws IOException {
        CRC32 checksum = new CRC32();
        checksum.update(content);
        ZipEntry entry = new ZipEntry(name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(content.length);
        entry.setCrc(checksum.getValue());
        zip.putNextEntry(entry);
        zip.write(content);
    }
}
