"""What check.py compares: arguments for classes, and models of Keras with all families of layers."""

import inspect

import numpy as np
from keras import Input, Model, Sequential, layers, losses, metrics, optimizers
from keras.optimizers import schedules


def numbers(*shape):
    return np.sin(np.arange(np.prod(shape)) * 1.7).astype("float32").reshape(shape)


IDS = np.array([[3, 1, 4, 0, 0], [2, 0, 5, 6, 1]], "int32")

PENALTIES = dict(kernel_regularizer="l2", bias_constraint="non_neg", kernel_initializer="he_normal", activity_regularizer="l1")

# Sets of arguments for classes that need some, or have many. What is a function is called.
ARGUMENTS = {
    "Activation": [dict(activation="relu"), dict(activation="swish", trainable=False)],
    "BatchNormalization": [{}, dict(axis=1, momentum=0.9, epsilon=1e-4, center=False, gamma_regularizer="l2")],
    "Bidirectional": [dict(layer=lambda: layers.LSTM(3)), dict(layer=lambda: layers.GRU(2, return_sequences=True), merge_mode=None)],
    "Dense": [dict(units=3), dict(units=3, activation="gelu", use_bias=False, **PENALTIES)],
    "Dropout": [dict(rate=0.1), dict(rate=0.2, noise_shape=(None, 1), seed=3)],
    "Embedding": [dict(input_dim=3, output_dim=2), dict(input_dim=3, output_dim=2, mask_zero=True, embeddings_constraint="non_neg")],
    "EinsumDense": [dict(equation="abc,cd->abd", output_shape=(None, 4), bias_axes="d", activation="tanh", **PENALTIES)],
    "ExponentialDecay": [dict(initial_learning_rate=0.1, decay_steps=10, decay_rate=0.5)],
    "GroupedQueryAttention": [dict(head_dim=2, num_query_heads=4, num_key_value_heads=2, dropout=0.1, use_bias=False, seed=1)],
    "LossScaleOptimizer": [dict(inner_optimizer=lambda: optimizers.Adam())],
    "MultiHeadAttention": [dict(num_heads=2, key_dim=3), dict(num_heads=2, key_dim=3, value_dim=4, output_shape=5, seed=1, **PENALTIES)],
    "RNN": [dict(cell=lambda: [layers.LSTMCell(2), layers.GRUCell(3)], return_sequences=True)],
    "TimeDistributed": [dict(layer=lambda: layers.Dense(2))],
    **{f"Conv{n}D{kind}": [dict(filters=4, kernel_size=2), dict(filters=4, kernel_size=3, padding="same", activation="relu", **PENALTIES)]
       for n in (1, 2, 3) for kind in ("", "Transpose")},
    **{f"ConvLSTM{n}D": [dict(filters=4, kernel_size=2), dict(filters=4, kernel_size=3, padding="same", return_sequences=True, dropout=0.1, seed=3)] for n in (1, 2, 3)},
    **{f"{kind}Pooling{n}D": [dict(pool_size=2), dict(pool_size=3, strides=1, padding="same")] for n in (1, 2, 3) for kind in ("Max", "Average")},
    **{name: [dict(units=3), dict(units=3, activation="relu", return_sequences=True, go_backwards=True, dropout=0.1, seed=4, **PENALTIES)]
       for name in ("SimpleRNN", "LSTM", "GRU")},
}


def models():
    """Functions that make models, and their inputs, by name."""
    made = {
        "dense": (lambda: Sequential([Input((6,)), layers.Dense(8, "relu", kernel_regularizer="l2"), layers.BatchNormalization(), layers.Dense(2, bias_constraint="non_neg")]), [numbers(5, 6)]),
        "images": (images, [numbers(2, 8, 8, 4)]),
        "sequences": (sequences, [numbers(3, 5, 4)]),
        "convolved sequences": (lambda: Sequential([Input((3, 5, 5, 2)), layers.ConvLSTM2D(2, (2, 3), padding="same", return_sequences=True), layers.TimeDistributed(layers.Conv2D(2, 2)), layers.Flatten(), layers.Dense(1)]), [numbers(2, 3, 5, 5, 2)]),
        "shared and nested": (shared, [numbers(3, 4), numbers(3, 4)]),
        "attention": (attention, [IDS, numbers(2, 5, 8)]),
        "ends with names": (named, [numbers(3, 4), numbers(3, 2)]),
        "states": (states, [numbers(2, 5, 4)]),
        "operators": (operators, [numbers(3, 4)]),
        "beside masks": (beside_masks, [IDS, numbers(2, 4)]),
    }
    for merge in (layers.Add, layers.Concatenate, layers.Maximum):
        made[f"masks in {merge.__name__}"] = (lambda merge=merge: masked(merge()), [IDS, IDS[:, ::-1].copy()])
    return made


def images():
    return Sequential([
        Input((8, 8, 4)), layers.Rescaling(0.5, -0.1), layers.Conv2D(6, 3, activation="relu", padding="same", strides=(2, 1), groups=2),
        layers.MaxPooling2D((1, 2), padding="same"), layers.DepthwiseConv2D(2, depth_multiplier=2), layers.SeparableConv2D(5, 2, activation="swish"),
        layers.UpSampling2D((2, 1), interpolation="bilinear"), layers.ZeroPadding2D(((1, 0), (0, 2))), layers.Cropping2D(((1, 0), (0, 1))),
        layers.Conv2DTranspose(3, 3, strides=2, padding="same"), layers.AveragePooling2D(2), layers.GlobalAveragePooling2D(), layers.Dense(2),
    ])


def sequences():
    return Sequential([
        Input((5, 4)), layers.Masking(0.25), layers.Bidirectional(layers.LSTM(3, return_sequences=True)),
        layers.Bidirectional(layers.GRU(2, return_sequences=True), merge_mode="sum"), layers.TimeDistributed(layers.Dense(3, "tanh")),
        layers.SimpleRNN(4, return_sequences=True, go_backwards=True), layers.RNN([layers.LSTMCell(3), layers.GRUCell(2)], return_sequences=True),
        layers.GRU(3, reset_after=False), layers.Dense(1),
    ])


def shared():
    a, b, x = Input((4,)), Input((4,)), Input((4,))
    nested = Model(x, layers.Dense(4, "sigmoid")(layers.Dense(3)(x)))
    dense = layers.Dense(4, "relu")
    left, right = nested(dense(a)), nested(dense(b))
    merged = layers.Subtract()([layers.Multiply()([left, right]), layers.Maximum()([left, layers.Minimum()([a, right])])])
    return Model([a, b], [layers.Average()([merged, dense(merged)]), layers.Dot(1, normalize=True)([left, right])])


def attention():
    ids, memory = Input((5,), dtype="int32"), Input((5, 8))
    x = layers.Embedding(9, 8)(ids)
    x = layers.LayerNormalization()(layers.Add()([x, layers.MultiHeadAttention(2, 4)(x, x, use_causal_mask=True)]))
    x = layers.Add()([x, layers.GroupQueryAttention(4, 4, 2)(x, memory)])
    x = layers.AdditiveAttention()([layers.Attention(use_scale=True)([x, memory]), memory])
    return Model([ids, memory], layers.EinsumDense("abc,cd->abd", (None, 3), bias_axes="d", activation="gelu")(x))


def named():
    left, right = Input((4,), name="left"), Input((2,), name="right")
    both = layers.Concatenate()([left, right])
    return Model({"left": left, "right": right}, {"sum": layers.Dense(1)(both), "kind": layers.Dense(3, "softmax")(both)})


def states():
    x = Input((5, 4))
    outputs, h, c = layers.LSTM(3, return_state=True, return_sequences=True)(x)
    return Model(x, [layers.LSTM(3, return_sequences=True)(x, initial_state=[h, c]), layers.GRU(3)(outputs, initial_state=h)])


def carried():
    return Sequential([Input(batch_shape=(2, 5, 4)), layers.LSTM(3, stateful=True, return_sequences=True), layers.Bidirectional(layers.GRU(2, stateful=True)), layers.Dense(1)]), numbers(2, 5, 4)


def operators():
    x = Input((4,))
    y = layers.Dense(4)(x)
    return Model(x, (x + y) * y - x * 2.0 + 1.0)


def masked(merge):
    a, b = Input((5,), dtype="int32"), Input((5,), dtype="int32")
    both = merge([layers.Embedding(9, 4, mask_zero=True)(a), layers.Embedding(9, 4, mask_zero=True)(b)])
    return Model([a, b], [layers.LSTM(3)(both), layers.GlobalAveragePooling1D()(both)])


def beside_masks():
    ids, x = Input((5,), dtype="int32"), Input((4,))
    embedded = layers.Embedding(9, 4, mask_zero=True)(ids)
    both = layers.Concatenate()([embedded, layers.Dense(2)(embedded)])
    deep = x
    for _ in range(4):
        deep = layers.Dense(3)(deep)
    return Model([ids, x], layers.Add()([layers.LSTM(3)(both), deep]))


def optimizer_map():
    return optimizers.MultiOptimizer(optimizers.OptimizerMap(optimizers.Adam(0.01), {".*bias": optimizers.SGD(0.1, momentum=0.9)}))


# More than there are models, so that most have several. The eighth goes with an attention whose keys have a bias: of that only noise is a gradient, which SGD alone does not make large.
OPTIMIZERS = [
    lambda: optimizers.SGD(0.1),
    lambda: optimizers.Adamax(schedules.CosineDecay(0.01, 10, warmup_target=0.1, warmup_steps=2)),
    lambda: optimizers.Adam(0.01),
    lambda: optimizers.Adam(0.01, amsgrad=True, use_ema=True, ema_momentum=0.9, ema_overwrite_frequency=2),
    lambda: optimizers.AdamW(0.01, clipnorm=1.0),
    lambda: optimizers.RMSprop(0.01, centered=True, momentum=0.1, global_clipnorm=0.5),
    lambda: optimizers.Nadam(schedules.ExponentialDecay(0.01, 2, 0.5, staircase=True)),
    lambda: optimizers.SGD(0.1, momentum=0.9, nesterov=True, weight_decay=0.01),
    lambda: optimizers.Adagrad(schedules.PiecewiseConstantDecay([1, 3], [0.1, 0.05, 0.01]), clipvalue=0.1),
    lambda: optimizers.Adadelta(0.5),
    lambda: optimizers.Ftrl(0.01, l2_regularization_strength=0.1),
    lambda: optimizers.Lion(0.01, gradient_accumulation_steps=3),
    lambda: optimizers.Lamb(0.01),
    lambda: optimizers.Adafactor(0.01),
    lambda: optimizers.Muon(0.01),
    lambda: optimizers.ScheduleFreeAdamW(0.01, warmup_steps=2),
    lambda: optimizers.SGD(0.1, gradient_accumulation_steps=2, use_ema=True),
    lambda: optimizers.LossScaleOptimizer(optimizers.Adam(0.01), initial_scale=4.0, dynamic_growth_steps=2),
    lambda: optimizers.LossScaleOptimizer(optimizers.RMSprop(0.01, gradient_accumulation_steps=2)),
    optimizer_map,
    lambda: optimizers.LossScaleOptimizer(optimizers.Nadam(0.01)),
    lambda: optimizers.LossScaleOptimizer(optimizers.Adafactor(0.01)),
    lambda: optimizers.SGD(0.1, loss_scale_factor=8.0, use_ema=True, ema_overwrite_frequency=3),
    lambda: optimizers.Adafactor(schedules.InverseTimeDecay(0.1, 2, 0.5), relative_step=False),
    lambda: optimizers.AdamW(schedules.PolynomialDecay(0.1, 5, cycle=True), gradient_accumulation_steps=2, weight_decay=0.1),
    lambda: optimizers.Nadam(0.01, use_ema=True, weight_decay=0.01),
    lambda: optimizers.RMSprop(schedules.CosineDecayRestarts(0.1, 3)),
]


def compiled():
    """Numbers of outputs (3: by name), and what compile is given."""
    yield 1, dict(loss="mse", metrics=["mae", "accuracy", "acc", "ce", "crossentropy"], weighted_metrics=["MSE"], loss_weights=2.0)
    yield 1, dict(loss=None)
    yield 1, dict(loss="sparse_categorical_crossentropy", metrics=["accuracy"], run_eagerly=True, steps_per_execution=3, jit_compile=False)
    yield 1, dict(loss=["mse"], loss_weights=[0.5], metrics=[["mae"]])
    yield 1, dict(loss={"left": "mse"}, loss_weights={"left": 0.5}, metrics={"left": "mae"})
    for ends in (2, 3):
        yield ends, dict(loss="mse", loss_weights=None, metrics=["mae"] if ends == 3 else [["mae"], ["mse", "mae"]])
        yield ends, dict(loss={"left": "mse", "right": losses.Huber(0.5, name="h")}, loss_weights={"left": 1, "right": 0.25}, metrics={"left": ["mae", "acc"], "right": metrics.AUC(5)})
        yield ends, dict(loss={"left": "mse"}, metrics={"right": "mae"})
        yield ends, dict(loss={"left": "mse"}, weighted_metrics={"left": ["mae"], "right": ["mse"]})
    yield 2, dict(loss=["mse", None], loss_weights=[1.0, 0.5], metrics=[None, ["mae", metrics.Mean()]])
    yield 2, dict(loss=["mse", losses.MeanAbsoluteError(reduction="none")], loss_weights=[1, 2], metrics=[None, "mae"])
    for cls in classes(losses, losses.Loss, "CTC"):
        for odd in ({}, dict(reduction="sum", name="odd"), dict(reduction="none", dtype="float32")):
            yield 1, dict(loss=cls(**odd))
    for cls in classes(metrics, metrics.Metric, "MeanMetricWrapper"):
        arguments = METRICS.get(cls.__name__, {})
        yield 1, dict(loss="mse", metrics=[cls(**arguments)], weighted_metrics=[cls(name="odd", **arguments)])
    yield 1, dict(loss=losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.1, axis=1), metrics=[metrics.AUC(7, curve="PR", thresholds=[0.1, 0.7], multi_label=True, num_labels=4)])
    yield 1, dict(loss=losses.BinaryFocalCrossentropy(True, 0.1, 1.0, True), metrics=[metrics.Precision([0.2, 0.5], 2, 1), metrics.Recall(0.3), metrics.IoU(3, [0, 2], ignore_class=1)])
    yield 1, dict(loss=losses.SparseCategoricalCrossentropy(ignore_class=-1), metrics=[metrics.TruePositives([0.1]), metrics.R2Score("variance_weighted_average", 2), metrics.FBetaScore("macro", 2.0, 0.5)])


METRICS = {
    "BinaryIoU": dict(target_class_ids=[1]), "IoU": dict(num_classes=3, target_class_ids=[0]), "MeanIoU": dict(num_classes=3),
    "OneHotIoU": dict(num_classes=3, target_class_ids=[0, 1]), "OneHotMeanIoU": dict(num_classes=3),
    "PrecisionAtRecall": dict(recall=0.5), "RecallAtPrecision": dict(precision=0.5), "SensitivityAtSpecificity": dict(specificity=0.5), "SpecificityAtSensitivity": dict(sensitivity=0.5),
}


def classes(module, base, lacking):
    """All classes of a kind but the one that Descent lacks."""
    found = {c for c in vars(module).values() if inspect.isclass(c) and issubclass(c, base)}
    return sorted((c for c in found if c is not base and c.__name__ != lacking), key=lambda c: c.__name__)
