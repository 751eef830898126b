"""Parts of models: each holds variables, and builds a graph when it is called."""

from symdiff.modules.checkpoint import Checkpoint
from symdiff.modules.dropout import Dropout
from symdiff.modules.embedding import Embedding
from symdiff.modules.linear import Linear
from symdiff.modules.module import Module
from symdiff.modules.normalisation import BatchNorm, LayerNorm
from symdiff.modules.recurrent import LSTM, RNN
from symdiff.modules.sequential import MLP, Sequential
from symdiff.modules.state import Stateful

__all__ = [
    "LSTM",
    "MLP",
    "RNN",
    "BatchNorm",
    "Checkpoint",
    "Dropout",
    "Embedding",
    "LayerNorm",
    "Linear",
    "Module",
    "Sequential",
    "Stateful",
]
