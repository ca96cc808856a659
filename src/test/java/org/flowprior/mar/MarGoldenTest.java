package org.flowprior.mar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.flowprior.mar.TinyMar.assertClose;
import static org.flowprior.mar.TinyMar.golden;

import java.util.Map;
import org.flowprior.torch.InScope;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The official code's values, mar-tiny.json (spec J.2). */
@InScope
class MarGoldenTest {

    private static final double TOLERANCE = 1e-5;

    private Mar mar;

    @BeforeEach
    void open() {
        mar = TinyMar.create();
    }

    @AfterEach
    void close() {
        mar.close();
    }

    private Tensor embedded(Tensor mask) {
        Tensor visible = Mar.visible(mask);
        return mar.embed(TinyMar.tokens(), visible, mar.rows(visible), mar.classVectors(TinyMar.labels(), null));
    }

    @Test
    void theStateDictHasTheOfficialKeysInTheirOrder() {
        assertThat(mar.stateDict().keySet()).containsExactly(TinyMar.keys());
        assertThat(mar.parameterCount()).isEqualTo(17_428);
    }

    @Test
    void theEncoderSeesTheClassAndTheVisibleTokens() {
        try (NoGrad noGrad = new NoGrad()) {
            Tensor nothingMasked = TinyMar.mask().logicalAnd(TinyMar.mask().logicalNot());
            assertClose("all rows", embedded(nothingMasked), golden("z_proj_ln_all_positions"), TOLERANCE);
            Tensor embedded = embedded(TinyMar.mask());
            MarBlock first = (MarBlock) mar.namedModules().get("encoder_blocks.0");
            assertClose("first block", first.forward(embedded), golden("encoder_block0_out"), TOLERANCE);
            assertClose("encoder", mar.encode(embedded), golden("enc"), TOLERANCE);
        }
    }

    @Test
    void theDecoderGivesEachTokenACondition() {
        try (NoGrad noGrad = new NoGrad()) {
            assertClose("z", z(), golden("z"), TOLERANCE);
        }
    }

    private Tensor z() {
        return mar.conditions(TinyMar.tokens(), TinyMar.mask(), mar.classVectors(TinyMar.labels(), null));
    }

    @Test
    void theHeadGivesVelocities() {
        try (NoGrad noGrad = new NoGrad()) {
            Tensor target = TinyMar.tokens().flatten(0, 1).repeat(2, 1);
            Tensor noise = TinyMar.noise().view(24, 4);
            Tensor t = TinyMar.times().flatten();
            Tensor x = target.addcmul(noise.sub(target), t.unsqueeze(1));
            FlowHead head = (FlowHead) mar.head();
            assertClose("v", head.velocity(x, t, z().flatten(0, 1).repeat(2, 1)), golden("v"), TOLERANCE);
        }
    }

    @Test
    void theLossIsTheMeanOverMaskedTokens() {
        try (NoGrad noGrad = new NoGrad()) {
            Tensor loss = mar.loss(TinyMar.tokens(), TinyMar.labels(), TinyMar.draws());
            assertClose("masked", loss, golden("loss"), TOLERANCE);
            Tensor all = mar.head().losses(TinyMar.tokens().flatten(0, 1).repeat(2, 1), z().flatten(0, 1).repeat(2, 1),
                    TinyMar.times().flatten(), TinyMar.noise().view(24, 4)).mean();
            assertClose("unmasked", all, golden("loss_nomask"), TOLERANCE);
        }
    }

    @Test
    void theGradientsOfTheMaskedLoss() {
        mar.loss(TinyMar.tokens(), TinyMar.labels(), TinyMar.draws()).backward();
        Map<String, Tensor> gradients = TinyMar.gradients(mar);
        assertThat(gradients).hasSize(107).doesNotContainKey("fake_latent");
        Tensor squares = Torch.zeros(1);
        gradients.values().forEach(gradient -> squares.add_(gradient.square().sum()));
        assertClose("all", squares.sqrt(), golden("grad_norm"), TOLERANCE);
        for (String name : new String[] {"mask_token", "class_emb.weight", "z_proj.weight",
            "encoder_blocks.0.attn.qkv.weight", "encoder_blocks.0.attn.q_norm.weight",
            "decoder_blocks.1.mlp.fc2.bias", "diffusion_pos_embed_learned",
            "diffloss.net.res_blocks.0.adaLN_modulation.1.weight", "diffloss.net.final_layer.linear.weight"}) {
            assertClose(name, gradients.get(name).norm(), golden("grad_l2:" + name), TOLERANCE);
        }
        for (String name : new String[] {"class_emb.weight", "encoder_blocks.0.attn.qkv.weight",
            "diffloss.net.final_layer.linear.weight"}) {
            assertClose(name, gradients.get(name), golden("grad:" + name), TOLERANCE);
        }
    }
}
