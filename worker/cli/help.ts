/** What `basin --help` prints. */
export const HELP = `basin – what kind of minimum is this checkpoint in?

Usage: basin <verb> <checkpoint> [options]
       basin interpolate <checkpoint> <checkpoint> [options]
       basin compare <checkpoint> <checkpoint> … [options]
       basin run <folder> [options]
       basin devices [--json] [--out FILE]
       basin prune [--store FOLDER] [--project FILE|FOLDER] [--older DAYS] [--remove] [--json] [--out FILE]

Verbs
  inspect     list the checkpoint's tensors and what each is in the model
  loss        mean loss and accuracy on the sample
  spectrum    eigenvalues, trace and density of the loss's curvature, and what they say of the minimum
  sharpness   how sharp the minimum is, by several measures, and which of them survive a rescaling
  surface     the loss on a grid of a plane through the checkpoint
  convexity   how convex the loss is on such a grid: |λmin/λmax| in every cell
  interpolate loss and accuracy on the straight line from one checkpoint to another, and the barrier between them
  compare     several checkpoints side by side: their measures, and which differ by more than chance
  volume      how much of parameter space computes nearly what the checkpoint does
  run         measure every checkpoint of a run that is not measured, the newest first, and print them in order
  devices     where this machine can compute: each device with the reason and the remedy
  prune       count the kept results that nothing needs any more: old ones whose checkpoints are gone; --remove removes them

Options
  --project FILE|FOLDER   basin.json or its folder (default: beside the checkpoint and upwards)
  --split train|test      which data (default train)
  --samples N             how many rows (default: basin.json's, else 2000)
  --seed N                seed of the random directions (default: basin.json's, else 0)
  --parameters GLOB       vary only parameters of such a name, * for any characters; may be given again
  --threads N             processor threads (default: all)
  --device NAME           cpu, webgpu, cuda, dml or coreml (default auto: a GPU where one can be used, else cpu)
  --engine NAME           onnxruntime (default auto, which is that); tfjs: TensorFlow.js, or reference: float64, second
                          opinions, and slower
  --memory GB             memory the computation may take (default: half of the machine's)
  --json                  print one JSON document
  --out FILE              also write that document to a file

Option of loss and surface
  --statistics held|recomputed  BatchNorm's means and variances: the checkpoint's (default), or those the sample has at
                          each point

Options of loss
  --gradient              also the length of the gradient, and how far the sample leaves it open

Options of spectrum
  --top N                 how many of the largest eigenvalues (default 20)
  --smallest N            how many of the smallest, which are the most negative (default 1)
  --operator hessian|ggn  the Hessian (default) or the Gauss-Newton matrix
  --tolerance T           residual at which a pair counts as converged, relative to |λ| (default 1e-4)
  --trace                 trace, Frobenius norm and effective rank
  --density               the density of all eigenvalues, and how many are negative
  --by-tensor             largest eigenvalue and trace of each tensor's block
  --along N               the loss along the first N eigenvectors of each end, on both splits

Options of sharpness
  --measures A,B          only these: keskar, keskar-subspace, sam, average, adaptive, lambda-max, trace, fisher-rao,
                          relative-flatness
  --epsilon A,B           sizes of Keskar's box (default 0.001,0.0005)
  --rho R                 length of SAM's step (default 0.05)
  --rescaling             what every measure becomes when a pair of layers is rescaled, which leaves the function alone

Options of interpolate, which measures on both splits
  --points N              how many, evenly along the line (default 25)
  --beyond SHARE          how far the line goes on beyond both ends, as a share of their distance (default 0.25)

Options of compare, which measures on both splits; takes --measures and --sigma of run too
  --baseline N|FILE       which of the checkpoints the others are held against (default 1)
  --top N                 how many of the largest eigenvalues (default 5)

Options of volume
  --volumes A,B           local (default): of the basin around the checkpoint; function: the probability that a network
                          of random parameters computes the checkpoint's function, on both splits
  --directions N          random directions followed to the basin's end (default 100)
  --basin kl|loss         held below the cutoff: the mean KL divergence of predictions (default), or the loss above here
  --cutoff C              where the basin ends, in nats or in units of the loss (default 0.01)
  --preconditioner NAME   eigenvectors (default), diagonal or none: towards where random directions are stretched
  --sigma S               deviation of the Gaussian prior (default: as the parameters were before training, else are)
  --sensitivity           also cutoffs ten times smaller and larger
  --initializations N     of function: networks drawn at random (default 1000)
  --points N              of function: how many the function is held on, half of each split (default 500, at most 2000)
  --positive A,B          of function: classes that count as one against all others (default: each class by itself)

Options of run, which measures on both splits
  --measures A,B          only these: train-loss, test-loss, train-accuracy, test-accuracy, gradient-norm, lambda-max,
                          lambda-min, trace, keskar, sam (default: all these), log-volume, which takes longer
  --sigma S               of log-volume: deviation of the prior of all checkpoints (default: as the run's parameters were
                          before training, else in its first checkpoint)
  --budget SECONDS        begin no checkpoint after so long
  --csv FILE|-            also write comma-separated values, a line a measure, to a file; - prints them instead

Options of surface; convexity takes --grid (default 11), --range, --plane and --perturb
  --grid N|COLUMNSxROWS   cells (default 51)
  --budget SECONDS        instead of --grid: the finest grid that takes about so long
  --range R               from -R to R along both directions (default 1); in a plane made of checkpoints R times the box
                          that holds them with a margin
  --plane random|eigen|FILE  random filter-normalised directions (default), the two leading eigenvectors, or an .npz
                          with x/<parameter>, y/<parameter>
  --plane pca|three:FILE,FILE  for surface: the principal components of all checkpoints of the folder, or the plane through
                          this and two more checkpoints; with where they lie, their own losses and those in the plane
  --perturb weights|all   what random directions move: weights only (default), or biases and normalisation too
  --normalized-to FILE    scale random directions to the filters of this checkpoint instead: the same tensors for several
  --planes N              several independent random planes, of seeds from --seed on, and the spread between them

Option of spectrum, sharpness, surface, interpolate, compare, volume and run
  --store FOLDER          keep results there, compute nothing again that is there, and go on with what was interrupted
                          (default: basin.json's "results", else the environment variable BASIN_RESULTS, else nowhere)

  --help, --version

Exit status: 0 done, 1 the computation failed, 2 wrong usage or input, 130 interrupted (what was finished is printed).
`;
