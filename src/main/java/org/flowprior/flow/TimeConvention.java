package org.flowprior.flow;

/**
 * What a network's t means. The paper and the official toy scripts count from noise to data; the official prior for
 * ImageNet-scale latents, and the generator's flow head, count from data to noise. Weights of one convention are
 * useless read in the other, so the convention is stored with them.
 */
public enum TimeConvention {

    /** t = 0 is noise, t = 1 is data, and the velocity is data &minus; noise. */
    PAPER,
    /** t = 0 is data, t = 1 is noise, and the velocity is noise &minus; data. */
    OFFICIAL
}
