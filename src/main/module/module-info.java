/** Aligning latent spaces with flow priors, on libtorch through the Foreign Function and Memory API. */
module org.flowprior {
    requires transitive com.google.gson;
    requires transitive java.desktop;
    requires info.picocli;
    requires java.management;
    requires me.tongfei.progressbar;
    requires org.apache.commons.compress;
    requires org.jfree.jfreechart;
    requires org.slf4j;

    exports org.flowprior.torch;
    exports org.flowprior.torch.nn;
    exports org.flowprior.torch.optim;
    exports org.flowprior.torch.io;
    exports org.flowprior.torch.data;
    exports org.flowprior.config;
    exports org.flowprior.console;
    exports org.flowprior.flow;
    exports org.flowprior.target;
    exports org.flowprior.vision;
    exports org.flowprior.data;
    exports org.flowprior.data.latents;
    exports org.flowprior.autoencoder;
    exports org.flowprior.mar;
    exports org.flowprior.eval;
    exports org.flowprior.generate;
    exports org.flowprior.train;
    exports org.flowprior.train.toy;
    exports org.flowprior.train.flow;
    exports org.flowprior.train.autoencoder;
    exports org.flowprior.train.mar;

    // Gson writes the report of the toy
    opens org.flowprior.train.toy to com.google.gson;

    // picocli sets the options of commands
    opens org.flowprior.cli to info.picocli;
    opens org.flowprior.cli.common to info.picocli;
    opens org.flowprior.cli.bench to info.picocli;
    opens org.flowprior.cli.convert to info.picocli;
    opens org.flowprior.cli.encode to info.picocli;
    opens org.flowprior.cli.evaluate to info.picocli;
    opens org.flowprior.cli.features to info.picocli;
    opens org.flowprior.cli.forward to info.picocli;
    opens org.flowprior.cli.reproduce to info.picocli;
    opens org.flowprior.cli.sample to info.picocli;
    opens org.flowprior.cli.toy to info.picocli;
    opens org.flowprior.cli.train to info.picocli;
}
