package org.flowprior.cli;

import org.flowprior.torch.Cuda;
import org.flowprior.torch.Device;
import org.flowprior.train.RequestException;

/** The device that an option names. */
final class Devices {

    private Devices() {}

    /**
     * The device, when something can be computed on it.
     *
     * @throws RequestException that says why not
     */
    static Device require(String text) {
        Device device = Device.of(text);
        if (device.type() == Device.Type.META) {
            throw new RequestException("--device meta computes nothing; cpu and cuda do");
        }
        if (device.type() == Device.Type.CUDA) {
            Cuda.Status cuda = Cuda.status();
            if (cuda.devices() <= Math.max(0, device.index())) {
                throw new RequestException("--device " + device + " is not there: "
                        + (cuda.devices() > 0 ? cuda.devices() + " found" : cuda.reason()));
            }
        }
        return device;
    }
}
