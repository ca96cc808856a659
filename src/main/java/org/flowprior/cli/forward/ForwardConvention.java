package org.flowprior.cli.forward;

import java.nio.file.Path;
import org.flowprior.flow.FlowModelFile;
import org.flowprior.flow.TimeConvention;

/** What t means to the weights of a forward module; STATED: what their file says, official where it says nothing. */
enum ForwardConvention {

    STATED, PAPER, OFFICIAL;

    TimeConvention of(Path weights) {
        return switch (this) {
            case PAPER -> TimeConvention.PAPER;
            case OFFICIAL -> TimeConvention.OFFICIAL;
            case STATED -> FlowModelFile.convention(weights).orElse(TimeConvention.OFFICIAL);
        };
    }
}
