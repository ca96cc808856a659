package org.flowprior.flow;

/**
 * The meaning of a network's t. The paper and the official toy scripts count from noise to data; the official prior for
 * ImageNet-scale latents, and the generator's flow head, count from data to noise. Weights are useless if read in the
 * other convention, so it is stored with them.
 */
public enum TimeConvention {

    /** t = 0 is noise, t = 1 is data, and the velocity is data - noise. */
    PAPER,
    /** t = 0 is data, t = 1 is noise, and the velocity is noise - data. */
    OFFICIAL
}
