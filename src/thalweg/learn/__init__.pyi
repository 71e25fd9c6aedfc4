from .attribution import (
    Attribution as Attribution,
)
from .attribution import (
    input_slopes as input_slopes,
)
from .attribution import (
    integrated_gradients as integrated_gradients,
)
from .descent import Descent as Descent
from .ensembles import (
    descents as descents,
)
from .ensembles import (
    run_together as run_together,
)
from .examples import (
    Examples as Examples,
)
from .examples import (
    dense_examples as dense_examples,
)
from .examples import (
    mixed_examples as mixed_examples,
)
from .examples import (
    window_examples as window_examples,
)
from .frames import frame_examples as frame_examples
from .function import Network as Network
from .hidden_units import (
    Contributions as Contributions,
)
from .hidden_units import (
    contributions as contributions,
)
from .labels import encode_labels as encode_labels
from .larger_than_memory import (
    StreamEpoch as StreamEpoch,
)
from .larger_than_memory import (
    StreamOutcome as StreamOutcome,
)
from .larger_than_memory import (
    descend_stream as descend_stream,
)
from .least_lines import (
    Line as Line,
)
from .least_lines import (
    best_line as best_line,
)
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
from .parquet import (
    ParquetBatches as ParquetBatches,
)
from .parquet import (
    parquet_batches as parquet_batches,
)
from .passes import (
    Passes as Passes,
)
from .passes import (
    Trace as Trace,
)
from .passes import (
    both_passes as both_passes,
)
from .passes import (
    central_differences as central_differences,
)
from .passes import (
    each_example as each_example,
)
from .passes import (
    trace as trace,
)
from .pieces import (
    Joined as Joined,
)
from .pieces import (
    Pieces as Pieces,
)
from .pieces import (
    pieces_of as pieces_of,
)
from .pieces import (
    piecewise_network as piecewise_network,
)
from .pieces import (
    points_on as points_on,
)
from .pieces import (
    relu_pairs as relu_pairs,
)
from .pieces import (
    turning_points_on as turning_points_on,
)
from .plane import (
    Plane as Plane,
)
from .plane import (
    path_plane as path_plane,
)
from .plane import (
    random_plane as random_plane,
)
from .plane import (
    unknowns_plane as unknowns_plane,
)
from .prediction import (
    loss_on as loss_on,
)
from .prediction import (
    predict as predict,
)
from .rate_finder import find_learning_rate as find_learning_rate
from .record import Record as Record
from .stream import stream_examples as stream_examples
from .surface import (
    Curve as Curve,
)
from .surface import (
    Surface as Surface,
)
from .surface import (
    Units as Units,
)
from .surface import (
    brute_force as brute_force,
)
from .surface import (
    curve_of as curve_of,
)
from .surface import (
    slope_at as slope_at,
)
from .surface import (
    surface_of as surface_of,
)
from .training_state import TrainingState as TrainingState
