package org.flowprior.train.mar;

import java.util.LinkedHashMap;
import java.util.Map;
import org.flowprior.mar.Mar;
import org.flowprior.mar.MarNoise;
import org.flowprior.torch.Device;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Seeds;

/** The generators of the random numbers in the generator's loss; see {@link MarNoise} for what they draw. */
final class MarDraws implements AutoCloseable {

    private final Mar mar;
    private final Device device;
    private final Generator masks;
    private final Generator path;
    private final Generator dropout;

    /** Generators with seeds for that purpose. */
    MarDraws(MarTrainingConfig config, Mar mar, String purpose) {
        this.device = Device.of(config.device());
        this.mar = mar;
        this.masks = generator(config, purpose + ".masks", Device.CPU);
        this.path = generator(config, purpose + ".path", device);
        this.dropout = generator(config, purpose + ".dropout", device);
    }

    private static Generator generator(MarTrainingConfig config, String purpose, Device on) {
        return Generator.on(on).manualSeed(Seeds.derive(config.seed(), "mar." + purpose));
    }

    /** The random numbers for so many images. */
    MarNoise next(long images) {
        return MarNoise.draw(mar, images, masks, device, path, dropout);
    }

    /** By name, for checkpoints. */
    Map<String, Generator> generators() {
        Map<String, Generator> all = new LinkedHashMap<>();
        all.put("masks", masks);
        all.put("path", path);
        all.put("dropout", dropout);
        return all;
    }

    @Override
    public void close() {
        generators().values().forEach(Generator::close);
    }
}
