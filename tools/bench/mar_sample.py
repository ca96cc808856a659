"""One image sampled from MAR-B, by flowprior and by eager PyTorch, on the CPU in float32: seconds and peak memory.

    python tools/bench/mar_sample.py                   # 64 iterations, 99 evaluations of the head: some minutes
    python tools/bench/mar_sample.py --iterations 4    # 16 tokens at once: a short look

64 tokens of 32 channels, flow head of 6 x 1024, guidance 3 (linear), the official Euler. The weights are random, under
the official keys in a .pth that both sides read (0.8 GB, in a temporary directory); class, order and noise are the same
too, and the tokens are compared at the end. PyTorch runs the loop as the reference code does: all rows of every block,
everything anew at each iteration, the head on both halves by its own forward.

Each side is a process of its own, one after the other, two times: with a single iteration of a single evaluation, and
as asked for. The difference of the two is what sampling takes, without start and reading of weights; the peak is the
resident memory of the second. Needs torch and safetensors.
"""
import argparse
import json
import math
import os
import pathlib
import subprocess
import sys
import tempfile
import time

# Nothing large is loaded here: a process starts with the peak memory of the one that made it.
ROOT = pathlib.Path(__file__).parents[2]
TOKENS, CHANNELS, SEED = 64, 32, 3
SIZES = dict(WIDTH=768, DEPTH=12, HEADS=12, CHANNELS=CHANNELS, TOKENS=TOKENS, BUFFER=64, CLASSES=1000, HEAD_DEPTH=6,
             HEAD_WIDTH=1024)
LARGEST_DIFFERENCE = 1e-4


def model():
    """The oracle's model with MAR-B's sizes, in float32 and with fused attention, as the reference runs it."""
    sys.path.insert(0, str(ROOT / "tools/oracle"))
    import mar
    import torch
    from torch.nn import functional as F
    for name, value in SIZES.items():
        setattr(mar, name, value)

    def attention(self, x):
        q, k, v = (part.unflatten(2, (mar.HEADS, -1)).transpose(1, 2) for part in self.qkv(x).chunk(3, 2))
        attended = F.scaled_dot_product_attention(self.q_norm(q), self.k_norm(k), v)
        return self.proj(attended.transpose(1, 2).flatten(2))

    def velocity(self, x, t, z):
        frequencies = torch.exp(-math.log(10000) * torch.arange(128, dtype=torch.float32) / 128)
        angles = t[:, None] * frequencies
        y = self.time_embed["mlp"](torch.cat([angles.cos(), angles.sin()], 1)) + self.cond_embed(z)
        h = self.input_proj(x)
        for block in self.res_blocks:
            h = block(h, y)
        return self.final_layer(h, y)

    mar.Attention.forward = attention
    mar.Net.forward = velocity
    return mar.Mar("flow", True).eval()


def make(directory):
    """Weights for which the head gives velocities of the size of its noise, and what to sample from."""
    import torch
    from safetensors.torch import save_file
    torch.manual_seed(SEED)
    with torch.no_grad():
        made = model()
        for module in made.modules():
            if isinstance(module, torch.nn.Linear):
                module.weight.normal_(0, module.in_features ** -0.5)
                module.bias.normal_(0, 0.02)
        for table in (made.fake_latent, made.encoder_pos_embed_learned, made.mask_token, made.class_emb.weight,
                      made.decoder_pos_embed_learned, made.diffusion_pos_embed_learned):
            table.normal_(0, 0.5)
    torch.save({"model_ema": made.state_dict()}, directory / "mar.pth")
    save_file({"labels": torch.tensor([207]), "orders": torch.randperm(TOKENS)[None],
               "noise": torch.randn(1, TOKENS, CHANNELS)}, directory / "draws.safetensors")


def sample(directory, name, threads):
    """The reference's loop, one image."""
    import torch
    from safetensors.torch import load_file, save_file
    if threads:
        torch.set_num_threads(threads)
    config = json.loads((directory / f"{name}.json").read_text())
    iterations, points, scale = config["iterations"], config["steps"], config["guidance"]
    made = model()
    made.load_state_dict(torch.load(directory / "mar.pth", map_location="cpu")["model_ema"])
    draws = load_file(directory / "draws.safetensors")
    order, net = draws["orders"][0], made.diffloss["net"]
    times = torch.linspace(1, 0, points)
    with torch.no_grad():
        tokens, mask = torch.zeros(1, TOKENS, CHANNELS), torch.ones(1, TOKENS, dtype=torch.bool)
        masked = TOKENS
        for i in range(iterations):
            classes = torch.cat([made.class_emb(draws["labels"]), made.fake_latent])
            z = made.conditions(torch.cat([tokens, tokens]), torch.cat([mask, mask]), classes)
            following = max(1, min(masked - 1, math.floor(TOKENS * math.cos(math.pi / 2 * (i + 1) / iterations))))
            last = i == iterations - 1
            now = mask.clone()
            if not last:
                now[0, order[:following]] = False
            factor = 1 + (scale - 1) * (TOKENS - following) / TOKENS
            z = z[torch.cat([now, now])]
            x = draws["noise"][now].repeat(2, 1)
            for k in range(points - 1):
                conditional, unconditional = net(x, times[k].expand(len(x)), z).chunk(2)
                v = unconditional + factor * (conditional - unconditional)
                x = x + (times[k + 1] - times[k]) * torch.cat([v, v])
            tokens[now] = x.chunk(2)[0]
            mask[now] = False
            masked = following
    save_file({"tokens": tokens}, directory / f"{name}-pytorch.safetensors")


def compare(directory, name):
    """The largest difference of the tokens, of their largest value."""
    from safetensors.torch import load_file
    ours, theirs = (load_file(directory / f"{name}-{side}.safetensors")["tokens"] for side in ("flowprior", "pytorch"))
    difference = ((ours - theirs).abs().max() / theirs.abs().max()).item()
    print("tokens of %.2f at most, largest difference %.1e of that" % (theirs.abs().max().item(), difference))
    sys.exit(0 if difference <= LARGEST_DIFFERENCE else "the tokens differ by more than %.0e" % LARGEST_DIFFERENCE)


def measured(command):
    """Seconds of a process and its peak resident memory in MiB."""
    start = time.perf_counter()
    process = subprocess.Popen(command)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    if status:
        sys.exit("failed: " + " ".join(command))
    return seconds, usage.ru_maxrss / 1024


def bench(directory, arguments):
    flowprior = arguments.flowprior.split()
    subprocess.run([*flowprior, "--version"], check=True, stdout=subprocess.DEVNULL)  # builds it, where it is not
    own = [sys.executable, __file__, "--directory", str(directory)]
    subprocess.run([*own, "make"], check=True)
    threads = ["--threads", str(arguments.threads)] if arguments.threads else []

    def command(side, name):
        if side == "PyTorch":
            return [*own, *threads, "--name", name, "sample"]
        at = str(directory) + "/"
        return [*flowprior, "forward", "mar-sample", "--weights", at + "mar.pth", "--input",
                at + "draws.safetensors", "--config", at + name + ".json", *threads, "--output",
                at + name + "-flowprior.safetensors"]

    for name, iterations, steps in (("short", 1, 2), ("long", arguments.iterations, arguments.steps)):
        (directory / f"{name}.json").write_text(json.dumps({
            "iterations": iterations, "solver": "official", "steps": steps, "guidance": 3.0,
            "guidanceSchedule": "linear", **({} if name == "short" else json.loads(arguments.set))}))
    print("%d iterations, %d evaluations of the head each" % (arguments.iterations, arguments.steps - 1))
    print("%-10s %12s %16s %10s" % ("", "sampling", "whole process", "peak"))
    for side in arguments.sides.split(","):
        short, _ = measured(command(side, "short"))
        seconds, peak = measured(command(side, "long"))
        print("%-10s %10.2f s %14.2f s %6.0f MiB" % (side, seconds - short, seconds, peak), flush=True)
    if arguments.sides == "PyTorch,flowprior":
        sys.exit(subprocess.run([*own, "--name", "long", "compare"]).returncode)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--iterations", type=int, default=64, help="1 to 64 (default: %(default)s)")
    parser.add_argument("--steps", type=int, default=100, help="points in time, one more than evaluations (default: "
                                                               "%(default)s)")
    parser.add_argument("--threads", type=int, help="of an op, on both sides (default: all cores)")
    parser.add_argument("--flowprior", default=str(ROOT / "tools/flowprior"), help="its command (default: %(default)s)")
    parser.add_argument("--sides", default="PyTorch,flowprior", help="(default: %(default)s)")
    parser.add_argument("--set", default="{}", help="more of flowprior's config, JSON, such as {\"saving\": false}")
    parser.add_argument("--directory", type=pathlib.Path, help=argparse.SUPPRESS)
    parser.add_argument("--name", help=argparse.SUPPRESS)
    parser.add_argument("step", nargs="?", choices=["bench", "make", "sample", "compare"], default="bench",
                        help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.step == "bench":
        with tempfile.TemporaryDirectory() as made:
            bench(pathlib.Path(made), arguments)
    elif arguments.step == "make":
        make(arguments.directory)
    elif arguments.step == "sample":
        sample(arguments.directory, arguments.name, arguments.threads)
    else:
        compare(arguments.directory, arguments.name)


if __name__ == "__main__":
    main()
