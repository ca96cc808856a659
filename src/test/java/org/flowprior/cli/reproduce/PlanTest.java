package org.flowprior.cli.reproduce;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.flowprior.cli.Main;
import org.flowprior.config.ConfigLoader;
import org.flowprior.train.autoencoder.AutoencoderTrainingConfig;
import org.flowprior.train.flow.FlowTrainingConfig;
import org.flowprior.train.mar.MarTrainingConfig;
import org.flowprior.train.toy.ToyConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import picocli.CommandLine;

class PlanTest {

    private static final Path ROOT = Path.of("there");
    private static final Pattern BELOW = Pattern.compile("there/([\\w./-]+)");

    private static PaperInputs everything() {
        PaperInputs inputs = new PaperInputs();
        inputs.images = "train";
        inputs.validation = "val";
        inputs.qwen = "qwen";
        inputs.dinov2 = "dinov2.pth";
        inputs.vae = "vae.ckpt";
        inputs.vq = "vq.pt";
        inputs.inception = "inception.pth";
        inputs.encoder = "encoder.pth";
        inputs.vgg = "vgg.pth";
        inputs.lpipsHeads = "heads.pth";
        inputs.dino = "dino.pth";
        return inputs;
    }

    private static Recipe quick() {
        return Recipe.quick(new PaperInputs(), 10, Recipe.Quick.STANDARD);
    }

    private static List<Step> steps(Recipe recipe, Subject... subjects) {
        Plan plan = new Plan(ROOT, recipe, List.of());
        for (Subject subject : subjects) {
            Outcome.of(subject, ROOT, recipe, plan);
        }
        return plan.steps();
    }

    private static List<String> names(List<Step> steps) {
        return steps.stream().map(Step::name).toList();
    }

    private static void requireConfig(List<String> words) {
        List<String> assignments = new ArrayList<>();
        String config = null;
        for (int i = 0; i < words.size(); i++) {
            if (words.get(i).equals("--set")) {
                assignments.add(words.get(i + 1));
            } else if (words.get(i).equals("--config")) {
                config = words.get(i + 1);
            }
        }
        ConfigLoader<?> loader = switch (words.getFirst()) {
            case "train-flow" -> FlowTrainingConfig.loader();
            case "train-autoencoder" -> AutoencoderTrainingConfig.loader();
            case "train-mar" -> MarTrainingConfig.loader();
            case "toy" -> ToyConfig.loader();
            default -> null;
        };
        if (loader != null) {
            loader.load(config, assignments);
        }
    }

    @ParameterizedTest
    @EnumSource(value = Subject.class, mode = EnumSource.Mode.EXCLUDE, names = "EMBEDDINGS")
    void everyStepIsACommandWhoseFilesEarlierStepsMake(Subject subject) {
        CommandLine commands = Main.commandLine(new Main());
        for (Recipe recipe : List.of(quick(), Recipe.paper(everything(), 1000))) {
            Set<String> made = new HashSet<>();
            for (Step step : steps(recipe, subject)) {
                commands.parseArgs(step.words().toArray(String[]::new));
                requireConfig(step.words());
                made.add(step.name());
                Matcher below = BELOW.matcher(String.join("\n", step.words()));
                while (below.find()) {
                    assertThat(made).as(step.words().toString())
                            .anyMatch(name -> below.group(1).startsWith(name));
                }
            }
        }
    }

    @Test
    void theTablesHaveThePapersRows() {
        assertThat(TableRow.table1()).hasSize(7).allSatisfy(row -> assertThat(row.paper()).hasSize(10));
        assertThat(TableRow.table2()).hasSize(7).allSatisfy(row -> assertThat(row.paper()).hasSize(4));
        List<String> first = names(steps(quick(), Subject.TABLE1));
        assertThat(first).filteredOn(name -> name.startsWith("autoencoders/")).hasSize(7 + 1);
        assertThat(first).filteredOn(name -> name.startsWith("priors/")).hasSize(4);
        assertThat(first).filteredOn(name -> name.startsWith("evaluations/")).hasSize(3 * 7);
        List<String> second = names(steps(quick(), Subject.TABLE2));
        assertThat(second).filteredOn(name -> name.startsWith("autoencoders/")).hasSize(6);
        assertThat(second).filteredOn(name -> name.startsWith("priors/")).hasSize(3);
        assertThat(second).filteredOn(name -> name.startsWith("evaluations/")).hasSize(2 * 6);
    }

    @Test
    void tablesAndFiguresShareTheirRuns() {
        List<Step> first = steps(quick(), Subject.TABLE1);
        assertThat(first).containsAll(steps(quick(), Subject.FIG4));
        assertThat(names(first)).containsAll(names(steps(quick(), Subject.TABLE2)).stream()
                .filter(name -> name.matches(".*/qwen(-reconstruction)?")).toList());
        assertThat(steps(quick(), Subject.TABLE1, Subject.FIG4)).isEqualTo(first);
    }

    @Test
    void whatIsGivenTakesThePlaceOfItsStandIn() {
        PaperInputs inputs = new PaperInputs();
        inputs.qwen = "qwen";
        inputs.inception = "inception.pth";
        List<Step> steps = steps(Recipe.quick(inputs, 10, Recipe.Quick.STANDARD),
                Subject.TABLE2);
        assertThat(names(steps)).doesNotContain("embeddings", "classifier");
        assertThat(steps.getFirst().words()).containsSequence("--table", "qwen", "--tensor",
                "model.embed_tokens.weight");
        assertThat(steps.getLast().words()).containsSequence("--features", "inception:inception.pth");
        assertThat(names(steps(Recipe.quick(inputs, 10, Recipe.Quick.STANDARD),
                Subject.TABLE1))).as("DINO's stand-in").contains("classifier");
    }

    @Test
    void aCommandIsPrintedAsAShellTakesIt() {
        assertThat(Step.typed(List.of("encode", "--images", "procedural:64?count=4", "it's")))
                .isEqualTo("flowprior encode --images 'procedural:64?count=4' 'it'\\''s'");
    }
}
