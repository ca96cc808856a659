package org.flowprior.cli.common;

import org.flowprior.train.RunMachine;
import picocli.CommandLine.IVersionProvider;

/** The version, as the jar's manifest has it. */
public final class Version implements IVersionProvider {

    public static String ofFlowprior() {
        return RunMachine.flowpriorVersion();
    }

    @Override
    public String[] getVersion() {
        return new String[] {"flowprior " + ofFlowprior()};
    }
}
