package org.flowprior.target;

import java.util.Arrays;

/** The six toy distributions (Sec. 5.1, App. C.1) with the official code's parameters. */
public enum ToyTarget {
    /** Five Gaussians on a circle. */
    GAUSSIAN("gaussian", "mixture_of_gaussians"),
    /** Sixteen Gaussians on a 4 x 4 grid. */
    GRID("grid", "grid_of_gaussians"),
    /** Two half circles. */
    MOONS("moons", "moons"),
    /** Three circles with radial noise. */
    RINGS("rings", "rings"),
    /** One and a half revolutions of a spiral. */
    SPIRAL("spiral", "spiral_easy"),
    /** Three revolutions of a spiral that starts at the origin. */
    SWISSROLL("swissroll", "swissroll");

    private final String commandName;
    private final String savedName;

    ToyTarget(String commandName, String savedName) {
        this.commandName = commandName;
        this.savedName = savedName;
    }

    /** Returns the name on the command line, the same as in the official code. */
    public String commandName() {
        return commandName;
    }

    /** Returns the name in the official code's folders and result files. */
    public String savedName() {
        return savedName;
    }

    /** Returns the density in raw units. */
    public Density density() {
        return switch (this) {
            case GAUSSIAN -> MixtureOfGaussians.toy();
            case GRID -> MixtureOfGaussians.grid();
            case MOONS -> NoisyCurve.twoMoons();
            case RINGS -> Rings.toy();
            case SPIRAL -> NoisyCurve.spiral();
            case SWISSROLL -> NoisyCurve.swissRoll();
        };
    }

    /** Returns the deviation of the noise around the means, circles or curve, in raw units. */
    public double noise() {
        return this == GAUSSIAN ? 0.3 : 0.1;
    }

    /**
     * Returns the target with this name on the command line.
     *
     * @throws IllegalArgumentException for another name
     */
    public static ToyTarget of(String commandName) {
        return Arrays.stream(values()).filter(target -> target.commandName.equals(commandName)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("target '" + commandName
                        + "' is none of gaussian, grid, moons, rings, spiral, swissroll"));
    }
}
