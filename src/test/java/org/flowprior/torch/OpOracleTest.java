package org.flowprior.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every generated method against PyTorch: results, changes in place, gradients, and the forms without defaults.
 * The numbers are those of {@code tools/oracle/ops.py}, run again where the list of ops changes.
 */
class OpOracleTest {

    private static final OpOracle ORACLE = OpOracle.read();
    private static final List<OpIndex.Op> OPS = OpIndex.read();

    /** Forms that PyTorch always refuses, and why. They must say so. */
    private static final Map<String, String> REFUSED = Map.of(
            "clamp[]", "one bound must be given",
            "clamp_[]", "one bound must be given",
            "linalg_norm.ord_str[Tensor, String, long]", "a matrix norm wants two dimensions",
            "linalg_norm.ord_str[Tensor, String, long, boolean]", "a matrix norm wants two dimensions",
            "linalg_norm.ord_str[Tensor, String, long, boolean, DType]", "a matrix norm wants two dimensions",
            "fft_fft2[Tensor, long]", "one size for two dimensions",
            "fft_ifft2[Tensor, long]", "one size for two dimensions",
            "fft_rfft2[Tensor, long]", "one size for two dimensions",
            "fft_irfft2[Tensor, long]", "one size for two dimensions");

    static Stream<String> owners() {
        return OPS.stream().map(OpIndex.Op::owner).distinct();
    }

    @Test
    void theOracleHasACaseOfEveryEntryAndOfNoOther() {
        assertThat(OPS).hasSizeGreaterThanOrEqualTo(400);
        assertThat(ORACLE.cases().keySet())
                .isEqualTo(OPS.stream().map(OpIndex.Op::entry).collect(Collectors.toCollection(TreeSet::new)));
        assertThat(ORACLE.cases()).noneSatisfy((entry, cases) -> assertThat(cases).isEmpty());
    }

    @ParameterizedTest
    @MethodSource("owners")
    void resultsAreThoseOfPyTorch(String owner) {
        List<String> failures = new ArrayList<>();
        for (OpIndex.Op op : opsOf(owner)) {
            for (OpOracle.Case call : ORACLE.cases().get(op.entry())) {
                check(failures, op, call, op.full(), () -> new OpCall(ORACLE, op, call).differenceOfResults(op.full()));
            }
        }
        assertNone(failures);
    }

    @ParameterizedTest
    @MethodSource("owners")
    void gradientsAreThoseOfPyTorch(String owner) {
        List<String> failures = new ArrayList<>();
        for (OpIndex.Op op : opsOf(owner)) {
            for (OpOracle.Case call : ORACLE.cases().get(op.entry())) {
                if (!call.gradients().isEmpty()) {
                    check(failures, op, call, op.full(), () -> new OpCall(ORACLE, op, call).differenceOfGradients());
                }
            }
        }
        assertNone(failures);
    }

    @ParameterizedTest
    @MethodSource("owners")
    void shorterFormsKeepTheDefaults(String owner) {
        List<String> failures = new ArrayList<>();
        for (OpIndex.Op op : opsOf(owner)) {
            for (List<String> form : op.shorter()) {
                List<OpOracle.Case> cases = ORACLE.cases().get(op.entry());
                if (REFUSED.containsKey(op.entry() + form)) {
                    assertThatThrownBy(() -> new OpCall(ORACLE, op, cases.get(0)).differenceOfResults(form))
                            .as(op.entry() + form).hasCauseInstanceOf(TorchException.class);
                    continue;
                }
                OpOracle.Case fitting = cases.stream().filter(call -> fits(op, form, call)).findFirst().orElse(null);
                if (fitting == null) {
                    failures.add(op.entry() + form + ": no case of the oracle fits this form");
                } else {
                    check(failures, op, fitting, form,
                            () -> new OpCall(ORACLE, op, fitting).differenceOfResults(form));
                }
            }
        }
        assertNone(failures);
    }

    private static List<OpIndex.Op> opsOf(String owner) {
        return OPS.stream().filter(op -> op.owner().equals(owner)).toList();
    }

    /** Checks that omitted arguments have their defaults, and that an int list given as one int has equal elements. */
    private static boolean fits(OpIndex.Op op, List<String> form, OpOracle.Case call) {
        int first = op.isMethod() ? 1 : 0;
        for (int i = 0; i < form.size(); i++) {
            boolean primitive = form.get(i).equals("long") && !op.full().get(i).equals("long");
            if (primitive && (call.arguments().get(first + i).isJsonNull()
                    || op.full().get(i).equals("long[]") && !call.single().contains(first + i))) {
                return false;
            }
        }
        return op.full().size() - form.size() <= call.kept();
    }

    private interface Comparison {
        String difference();
    }

    private static void check(List<String> failures, OpIndex.Op op, OpOracle.Case call, List<String> form,
            Comparison comparison) {
        String difference;
        try {
            difference = comparison.difference();
        } catch (RuntimeException | AssertionError e) {
            difference = e.toString();
        }
        if (difference != null) {
            failures.add(op.entry() + form + " with " + call.arguments() + ": " + difference);
        }
    }

    private static void assertNone(List<String> failures) {
        assertThat(failures).as("%s", String.join("\n", failures)).isEmpty();
    }
}
