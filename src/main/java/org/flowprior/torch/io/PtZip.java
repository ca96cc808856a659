package org.flowprior.torch.io;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** The zip container of {@code torch.save} since PyTorch 1.6: a pickle, and each storage as a member of its own. */
final class PtZip {

    private static final String PICKLE = "/data.pkl";

    private final Source source;
    private final ZipReader zip;
    private final String folder;

    PtZip(Source source) {
        this.source = source;
        this.zip = new ZipReader(source);
        List<String> pickles = zip.names().stream().filter(n -> n.endsWith(PICKLE)).toList();
        if (pickles.size() != 1) {
            throw source.refuse("not a .pt file: the zip file holds " + pickles.size() + " data.pkl");
        }
        this.folder = pickles.get(0).substring(0, pickles.get(0).length() - PICKLE.length() + 1);
        if (zip.member(folder + "constants.pkl") != null) {
            throw source.refuse("a TorchScript archive; ScriptModule loads it");
        }
        ZipReader.Member order = zip.member(folder + "byteorder");
        if (order != null && !new String(zip.bytes(order), StandardCharsets.US_ASCII).equals("little")) {
            throw source.refuse("written on a big-endian machine, which flowprior does not read");
        }
    }

    /** Runs the pickle. */
    Object run(TensorMaker maker) {
        return PickleMachine.run(new PickleInput(source, zip.bytes(zip.member(folder + "data.pkl"))), maker);
    }

    /** Where a storage lies, or null. */
    PickleStorage.Span storage(String key) {
        ZipReader.Member member = zip.member(folder + "data/" + key);
        if (member == null) {
            return null;
        }
        if (!member.stored()) {
            throw source.refuse("storage '" + key + "' is compressed; torch.save stores it plainly");
        }
        return new PickleStorage.Span(zip.dataOffset(member), member.size());
    }
}
