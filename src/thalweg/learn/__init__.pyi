from .data.examples import (
    Examples as Examples,
)
from .data.examples import (
    dense_examples as dense_examples,
)
from .data.examples import (
    mixed_examples as mixed_examples,
)
from .data.examples import (
    window_examples as window_examples,
)
from .data.frames import frame_examples as frame_examples
from .data.labels import encode_labels as encode_labels
from .data.parquet import (
    ParquetBatches as ParquetBatches,
)
from .data.parquet import (
    parquet_batches as parquet_batches,
)
from .data.stream import stream_examples as stream_examples
from .descent import Descent as Descent
from .explain.attribution import (
    Attribution as Attribution,
)
from .explain.attribution import (
    input_slopes as input_slopes,
)
from .explain.attribution import (
    integrated_gradients as integrated_gradients,
)
from .explain.hidden_units import (
    Contributions as Contributions,
)
from .explain.hidden_units import (
    contributions as contributions,
)
from .explain.least_lines import (
    Line as Line,
)
from .explain.least_lines import (
    best_line as best_line,
)
from .explain.passes import (
    Passes as Passes,
)
from .explain.passes import (
    Trace as Trace,
)
from .explain.passes import (
    both_passes as both_passes,
)
from .explain.passes import (
    central_differences as central_differences,
)
from .explain.passes import (
    each_example as each_example,
)
from .explain.passes import (
    trace as trace,
)
from .explain.pieces import (
    Joined as Joined,
)
from .explain.pieces import (
    Pieces as Pieces,
)
from .explain.pieces import (
    pieces_of as pieces_of,
)
from .explain.pieces import (
    piecewise_network as piecewise_network,
)
from .explain.pieces import (
    points_on as points_on,
)
from .explain.pieces import (
    relu_pairs as relu_pairs,
)
from .explain.pieces import (
    turning_points_on as turning_points_on,
)
from .explain.plane import (
    Plane as Plane,
)
from .explain.plane import (
    path_plane as path_plane,
)
from .explain.plane import (
    random_plane as random_plane,
)
from .explain.plane import (
    unknowns_plane as unknowns_plane,
)
from .explain.surface import (
    Curve as Curve,
)
from .explain.surface import (
    Surface as Surface,
)
from .explain.surface import (
    Units as Units,
)
from .explain.surface import (
    brute_force as brute_force,
)
from .explain.surface import (
    curve_of as curve_of,
)
from .explain.surface import (
    slope_at as slope_at,
)
from .explain.surface import (
    surface_of as surface_of,
)
from .function import Network as Network
from .loss import (
    huber as huber,
)
from .loss import (
    mean_loss as mean_loss,
)
from .loss import (
    own_loss as own_loss,
)
from .loss import (
    quantile as quantile,
)
from .optimizer import Optimizer as Optimizer
from .outcome import Outcome as Outcome
from .parameters import (
    Part as Part,
)
from .parameters import (
    parts_of as parts_of,
)
from .parameters import (
    place_of as place_of,
)
from .prediction import (
    loss_on as loss_on,
)
from .prediction import (
    predict as predict,
)
from .runs.ensembles import (
    descents as descents,
)
from .runs.ensembles import (
    run_together as run_together,
)
from .runs.larger_than_memory import (
    StreamEpoch as StreamEpoch,
)
from .runs.larger_than_memory import (
    StreamOutcome as StreamOutcome,
)
from .runs.larger_than_memory import (
    descend_stream as descend_stream,
)
from .runs.rate_finder import find_learning_rate as find_learning_rate
from .runs.record import Record as Record
from .training.training_state import TrainingState as TrainingState
