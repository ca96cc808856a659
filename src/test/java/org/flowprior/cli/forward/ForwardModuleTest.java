package org.flowprior.cli.forward;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.lang.reflect.RecordComponent;
import java.util.HashSet;
import java.util.Set;
import org.flowprior.config.ConfigLoader;
import org.flowprior.fixtures.Resources;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.Command;

class ForwardModuleTest {

    private static Command command(ForwardModule module) {
        return module.getClass().getAnnotation(Command.class);
    }

    /** The defaults are a contract: whoever checks a checkpoint may leave keys out. */
    @Test
    void everyModuleHasTheDefaultsThatWereReleased() {
        JsonObject released = Resources.json("cli/forward/defaults.json");
        Set<String> names = new HashSet<>();
        for (ForwardModule module : Forward.MODULES.stream().map(ForwardModule::defaults).toList()) {
            String name = command(module).name();
            names.add(name);
            assertThat(new ConfigLoader<>(name, (Record) module).toJson((Record) module)).as(name)
                    .isEqualTo(released.get(name));
        }
        assertThat(names).containsExactlyInAnyOrderElementsOf(released.keySet());
    }

    @Test
    void everyModuleExplainsItsKeysAndShowsAnExample() {
        for (ForwardModule module : Forward.MODULES.stream().map(ForwardModule::defaults).toList()) {
            String help = String.join("\n", command(module).footer());
            assertThat(help).contains("Input", "Output", "Config:", "Example:",
                    "flowprior forward " + command(module).name());
            for (RecordComponent key : module.getClass().getRecordComponents()) {
                assertThat(help).as(command(module).name()).contains(key.getName());
            }
        }
    }
}
