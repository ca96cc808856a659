package org.flowprior.cli.forward;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.flowprior.autoencoder.AutoencoderFile;
import org.flowprior.autoencoder.Bottleneck;
import org.flowprior.autoencoder.LatentDraws;
import org.flowprior.config.RequestException;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.nn.Module;

/** What the forward modules of bottlenecks with a codebook share. */
final class CodebookCommand {

    private static final String PREFIX = "quantize.";

    private CodebookCommand() {}

    /**
     * The codes in a file, of an autoencoder or alone.
     *
     * @param key        under which they lie, behind quantize. or not
     * @param dimensions that they have
     */
    static Tensor read(Path weights, String key, int dimensions) {
        Map<String, Tensor> state = AutoencoderFile.state(weights);
        Tensor codes = state.containsKey(PREFIX + key) ? state.get(PREFIX + key) : state.get(key);
        if (codes == null || codes.dim() != dimensions) {
            throw new RequestException(weights + ": no tensor '" + PREFIX + key + "' or '" + key + "' of " + dimensions
                    + " dimensions" + (codes == null ? "" : ", it is " + codes.signature()));
        }
        return codes;
    }

    /** Puts the codes into a fresh bottleneck, in the input's dtype on its device. */
    static void load(Module bottleneck, String key, Tensor codes, InputTensors in) {
        Map<String, Tensor> state = new LinkedHashMap<>(bottleneck.stateDict());
        state.put(key, codes);
        bottleneck.loadStateDict(state);
        bottleneck.to(in.dtype()).to(in.device());
    }

    /** The outputs, with the losses of training under their names. */
    static Map<String, Tensor> outputs(Bottleneck bottleneck, Tensor encoded) {
        Bottleneck.Output output = bottleneck.apply(encoded, LatentDraws.NONE, true);
        Map<String, Tensor> outputs = new HashMap<>(output.losses());
        outputs.put("z", output.z());
        outputs.put("codes", output.codes());
        return outputs;
    }
}
