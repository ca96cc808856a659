package org.flowprior.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.flowprior.cli.Main;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class BenchTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"--rounds|at least 1", "--threads|1 to 1024"})
    void refusesNumbersBelowOne(String option, String range) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int status = Main.run(new PrintWriter(out, true), new PrintWriter(err, true), "bench", option, "0");
        assertThat(status).isEqualTo(2);
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString()).contains(option + " must be " + range + ", not 0");
    }
}
