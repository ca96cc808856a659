#!/usr/bin/env bash
# The program is that of commit 7ba08c3. Paths in config.json were replaced by @OLD@, checkpoints after step 2 removed.
# Makes the files beside it, with the program before the move: make.sh FLOWPRIOR.JAR, in an empty directory.
J="java --enable-native-access=ALL-UNNAMED -jar $1"
S="--set log.every=1 --set log.checkpointEvery=2 --set log.keepCheckpoints=2 --set evaluation.every=4 --set evaluation.batch=4 --set training.batch=4 --set training.warmupSteps=2 --set training.steps=4"
N="--set model.imageSize=8 --set model.latentTokens=2 --set model.latentChannels=2 --set evaluation.images=4 --set evaluation.shown=1"
for part in encoder decoder; do N="$N --set model.$part.patchSize=4 --set model.$part.width=8 --set model.$part.depth=1 --set model.$part.heads=1 --set model.$part.hidden=4"; done
$J train-autoencoder -q --threads 1 --config quick-kl --out ae --images 'procedural:8?count=20' --validation 'procedural:8?seed=1&count=4' $S $N
$J encode -q --threads 1 -w ae/autoencoder.safetensors -i 'procedural:8?seed=3&count=20' -o cache --batch 4 --shard 8
$J features -q --threads 1 --latents cache --flip --out bank
$J train-mar -q --threads 1 --cache cache --out mar $S --set evaluation.images=4 --set model.width=4 --set model.encoderDepth=1 --set model.decoderDepth=1 --set model.heads=1 --set model.mlpRatio=1 --set model.head.depth=1 --set model.head.width=4
$J train-flow -q --threads 1 --bank bank --out flow ${S/--set evaluation.batch=4 /} --set projection.kind=none --set network.width=8 --set network.blocks=1 --set evaluation.rows=4 --set evaluation.references=8 --set evaluation.sampleSteps=2 --set evaluation.neighbour=1 --set evaluation.projections=2
$J sample -q --threads 1 -m mar/mar.safetensors -a ae/autoencoder.safetensors --count 10 --steps 4 --cfg 1.5 --batch 4 -o samples
