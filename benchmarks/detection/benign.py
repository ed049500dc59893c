"""Makes the benign half of the corpus, with the libraries themselves, as people save models with them.

    python benign.py FOLDER

Needs what requirements.txt names. Each file is named CLASS/NAME. What is saved is small and fitted to random numbers.
"""

from __future__ import annotations

import argparse
import collections
import datetime
import json
import os
import pickle
import shutil
import sys
import tarfile
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="", HF_HUB_OFFLINE="1")
warnings.simplefilter("ignore")

import numpy as np  # noqa: E402 - after the settings of the libraries

RANDOM = np.random.default_rng(7)
X = RANDOM.standard_normal((60, 4))
Y = (X[:, 0] > 0).astype(int)


def main() -> None:
    """Write all of it."""
    folder = Path(sys.argv[1])
    for make in (torch_files, numpy_files, sklearn_files, boosting, tables, keras_files, graphs, settings, others):
        make(lambda kind, name: _place(folder / kind / name))
    print(sum(path.is_file() for path in folder.rglob("*")))


def _place(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


Place = Callable[[str, str], Path]


def torch_files(place: Place) -> None:
    """What torch.save and TorchScript write."""
    import torch
    from torch import nn

    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(16, 2))
    encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(16, 2, 32), 2)
    recurrent = nn.LSTM(4, 8, 2)
    optimizer = torch.optim.AdamW(model.parameters())
    model(torch.randn(2, 1, 4, 4)).sum().backward()
    optimizer.step()
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 10)
    kinds = [torch.float64, torch.float16, torch.bfloat16, torch.int8, torch.uint8, torch.int64, torch.bool, torch.complex64,
             torch.float8_e4m3fn]  # fmt: skip
    tensors = {str(kind): torch.randn(64).to(kind) for kind in kinds}
    saved: dict[str, Any] = {
        "state": model.state_dict(),
        "encoder": encoder.state_dict(),
        "lstm": recurrent.state_dict(),
        "halves": {key: value.half() for key, value in encoder.state_dict().items()},
        "types": tensors,
        "checkpoint": {
            "epoch": 3, "model": model.state_dict(), "optimizer": optimizer.state_dict(), "schedule": schedule.state_dict(),
            "args": argparse.Namespace(lr=1e-3, out=Path("out")), "rng": torch.get_rng_state(), "loss": np.float64(0.5),
            "numpy": np.random.get_state(), "best": np.array([1.0, 2.0]), "when": datetime.datetime(2024, 1, 1),
        },
        "lightning": {
            "epoch": 1, "global_step": 10, "pytorch-lightning_version": "2.4.0", "state_dict": encoder.state_dict(),
            "loops": {"fit_loop": {"state_dict": {}, "epoch_progress": {"total": {"ready": 1}}}}, "callbacks": {},
            "optimizer_states": [optimizer.state_dict()], "lr_schedulers": [schedule.state_dict()],
            "hparams_name": "kwargs", "hyper_parameters": {"lr": 0.1},
        },
        "whole": model, "whole-encoder": encoder, "whole-lstm": recurrent, "embedding": nn.EmbeddingBag(10, 3),
        "optimizer": optimizer, "schedule": schedule, "parameter": nn.Parameter(torch.randn(3)),
        "tensor": torch.randn(3, 3), "view": torch.randn(10, 10)[2:4].t(), "list": [torch.zeros(2), 1, "a", None],
        "sparse": torch.eye(4).to_sparse(), "rows": torch.eye(4).to_sparse_csr(),
        "quantized": torch.quantize_per_tensor(torch.randn(4), 0.1, 0, torch.qint8), "meta": torch.empty(2, device="meta"),
        "size": {"size": torch.Size([1, 2]), "device": torch.device("cpu"), "dtype": torch.float32},
        "counts": {"vocabulary": collections.Counter("abcab"), "index": collections.defaultdict(list), "names": {"a", "b"}},
        "ordered": collections.OrderedDict(a=torch.ones(1)), "empty": {},
        "losses": nn.ModuleDict({"a": nn.CrossEntropyLoss(), "b": nn.ParameterList([nn.Parameter(torch.ones(1))])}),
        "normal": nn.utils.parametrizations.weight_norm(nn.Linear(2, 2)).state_dict(),
        "packed": nn.utils.rnn.pack_sequence([torch.ones(3), torch.ones(2)]),
        "generator": {"rng": torch.Generator().get_state()},
    }  # fmt: skip
    for name, value in saved.items():
        torch.save(value, place("torch.save", f"{name}.pt"))
    for name in ("state", "checkpoint", "whole", "types", "encoder", "sparse"):
        torch.save(saved[name], place("torch.save", f"old-{name}.pth"), _use_new_zipfile_serialization=False)
    for protocol in (3, 4, 5):
        torch.save(saved["checkpoint"], place("torch.save", f"protocol-{protocol}.ckpt"), pickle_protocol=protocol)
    torch.save(saved["state"], place("torch.save", "pytorch_model.bin"))
    torch.jit.script(nn.Sequential(nn.Linear(2, 2), nn.ReLU())).save(place("torch.save", "script.pt"))
    torch.jit.trace(model.eval(), torch.randn(1, 1, 4, 4)).save(place("torch.save", "trace.pt"))
    torch.jit.script(recurrent).save(place("torch.save", "script-lstm.pt"))
    torch.export.save(torch.export.export(nn.Linear(2, 2), (torch.randn(1, 2),)), place("torch export", "linear.pt2"))
    from transformers import TrainingArguments

    torch.save(TrainingArguments(output_dir="out", use_cpu=True), place("torch.save", "training_args.bin"))
    with tarfile.open(place("archives", "model.nemo"), "w") as archive:
        archive.add(place("torch.save", "state.pt"), "model_weights.ckpt")
    with zipfile.ZipFile(place("archives", "model.mar"), "w") as whole:
        whole.write(place("torch.save", "state.pt"), "model.pt")
        whole.writestr("MAR-INF/MANIFEST.json", '{"runtime": "python"}')
    from safetensors.torch import save_file

    metadata = {
        "format": "pt",
        "modelspec.title": "x",
        "ss_tag_frequency": '{"img": {"a cat": 3}}',
        "url": "https://example.org/x",
    }
    for name in ("state", "encoder", "lstm", "halves", "normal"):
        save_file(
            saved[name], place("safetensors", f"{name}.safetensors"), metadata if name == "state" else {"format": "pt"}
        )
    for width in range(1, 40, 3):
        save_file({"w" * width: torch.randn(width)}, place("safetensors", f"name-{width}.safetensors"))
    save_file(
        {key.replace("torch.", ""): value for key, value in tensors.items()}, place("safetensors", "types.safetensors")
    )


def numpy_files(place: Place) -> None:
    """What NumPy writes, and pickles of its arrays."""
    arrays: dict[str, Any] = {
        "floats": X, "halves": X.astype("f2"), "whole": np.arange(10), "truth": X > 0, "complex": X + 1j, "text": np.array(["a", "bc"]),
        "objects": np.array([{"a": 1}, [1, 2], None, "x"], dtype=object), "times": np.array(["2024-01-01"], "M8[D]"),
        "records": np.array([(1, 2.0)], [("a", "i4"), ("b", "f8")]), "fortran": np.asfortranarray(X), "scalar": np.float32(1.5),
        "empty": np.empty((0, 3)),
    }  # fmt: skip
    for name, array in arrays.items():
        np.save(place("numpy", f"{name}.npy"), array)
        place("numpy", f"{name}.pkl").write_bytes(pickle.dumps(array, protocol=len(name) % 6))
    np.savez(place("numpy", "all.npz"), **arrays)
    np.savez_compressed(place("numpy", "packed.npz"), **arrays)
    np.savez(place("numpy", "plain.npz"), a=X, b=Y)
    state = {"generator": RANDOM, "old": np.random.RandomState(1), "masked": np.ma.masked_array([1, 2], [True, False])}
    place("numpy", "generators.pkl").write_bytes(
        pickle.dumps({**state, "matrix": np.matrix([[1]]), "type": np.float32})
    )


def sklearn_files(place: Place) -> None:
    """Fitted estimators by pickle and by joblib."""
    import joblib
    from sklearn.compose import ColumnTransformer
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.model_selection import GridSearchCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler
    from sklearn.svm import SVC
    from sklearn.utils import all_estimators

    fitted: dict[str, Any] = {}
    for name, kind in all_estimators(type_filter=["classifier", "regressor", "cluster", "transformer"]):
        try:
            fitted[name] = kind().fit(np.abs(X), Y)
        except Exception:  # noqa: BLE001 - some need arguments or other data
            continue
    fitted["pipeline"] = make_pipeline(FunctionTransformer(np.log1p), StandardScaler(), SVC()).fit(np.abs(X), Y)
    fitted["search"] = GridSearchCV(SVC(), {"C": [1, 2]}, cv=2).fit(X, Y)
    fitted["words"] = make_pipeline(TfidfVectorizer(), SVC()).fit(
        ["a cat", "a dog", "two cats", "dogs"] * 4, [0, 1, 0, 1] * 4
    )
    columns = ColumnTransformer([("n", StandardScaler(), [0, 1]), ("c", OneHotEncoder(handle_unknown="ignore"), [2])])
    fitted["columns"] = make_pipeline(columns, SVC()).fit(X, Y)
    for number, (name, one) in enumerate(fitted.items()):
        if number % 2:
            joblib.dump(one, place("scikit-learn", f"{name}.joblib"))
        else:
            place("scikit-learn", f"{name}.pkl").write_bytes(pickle.dumps(one, protocol=(2, 3, 4, 5)[number // 2 % 4]))
    for kind in ("zlib", "gzip", "bz2", "lzma", "xz", "lz4"):
        joblib.dump(fitted["RandomForestClassifier"], place("joblib", f"forest-{kind}.joblib"), compress=(kind, 3))
        joblib.dump(
            {"x": X, "y": [X, Y], "names": np.array(["a", None], object)},
            place("joblib", f"arrays-{kind}.joblib"),
            compress=(kind, 3),
        )
    joblib.dump({"x": X, "f": np.asfortranarray(X), "y": Y}, place("joblib", "arrays.joblib"))
    joblib.dump(np.array([{"a": 1}, "b"], object), place("joblib", "objects.joblib"))


def boosting(place: Place) -> None:
    """Models of XGBoost and LightGBM, in their own formats and as pickles."""
    import joblib
    import lightgbm
    import xgboost

    models = {
        "xgb-classifier": xgboost.XGBClassifier(n_estimators=3), "xgb-regressor": xgboost.XGBRegressor(n_estimators=3),
        "xgb-ranker": xgboost.XGBRFClassifier(n_estimators=3), "lgbm-classifier": lightgbm.LGBMClassifier(n_estimators=3, verbose=-1),
        "lgbm-regressor": lightgbm.LGBMRegressor(n_estimators=3, verbose=-1),
    }  # fmt: skip
    for name, model in models.items():
        model.fit(X, Y)
        place("boosting", f"{name}.pkl").write_bytes(pickle.dumps(model))
        joblib.dump(model, place("boosting", f"{name}.joblib"))
    booster = models["xgb-classifier"].get_booster()
    for suffix in ("json", "ubj"):
        booster.save_model(place("boosting", f"model.{suffix}"))
    place("boosting", "booster.pkl").write_bytes(pickle.dumps(booster))
    native = models["lgbm-classifier"].booster_
    native.save_model(place("boosting", "model.txt"))
    place("boosting", "native.pkl").write_bytes(pickle.dumps(native))


def tables(place: Place) -> None:
    """Tables of pandas, sparse arrays of SciPy, and what is fitted with both."""
    import pandas
    import scipy.interpolate
    import scipy.sparse
    import scipy.spatial
    import statsmodels.api

    frame = pandas.DataFrame({"a": [1, 2], "b": ["x", None], "c": pandas.to_datetime(["2024-01-01", "2024-01-02"])})
    frame["d"] = frame["b"].astype("category")
    frame["e"] = pandas.array([1, None], dtype="Int64")
    frame["f"] = frame["c"].dt.tz_localize("UTC")
    values: dict[str, Any] = {
        "frame": frame, "series": frame["a"], "index": pandas.MultiIndex.from_product([[1, 2], ["a"]]), "range": pandas.DataFrame(X),
        "times": pandas.Series([1.0, 2.0], pandas.date_range("2024-01-01", periods=2)), "stamp": pandas.Timestamp("2024-01-01"),
        "interval": pandas.interval_range(0, 3), "delta": pandas.Timedelta("1h"), "groups": pandas.cut(frame["a"], 2),
    }  # fmt: skip
    for number, (name, value) in enumerate(values.items()):
        place("pandas", f"{name}.pkl").write_bytes(pickle.dumps(value, protocol=2 + number % 4))
    frame.to_pickle(place("pandas", "frame.pkl.gz"))
    frame.to_csv(place("pandas", "frame.csv"))
    for name in ("csr", "csc", "coo", "bsr", "dia", "lil", "dok"):
        made = scipy.sparse.random(5, 5, 0.3, format=name, random_state=1)
        place("scipy", f"{name}.pkl").write_bytes(pickle.dumps(made))
    scipy.sparse.save_npz(place("scipy", "sparse.npz"), scipy.sparse.eye(4, format="csr"))
    place("scipy", "tree.pkl").write_bytes(pickle.dumps(scipy.spatial.cKDTree(X)))
    place("scipy", "spline.pkl").write_bytes(pickle.dumps(scipy.interpolate.CubicSpline(np.arange(60), X)))
    place("scipy", "line.pkl").write_bytes(pickle.dumps(scipy.interpolate.interp1d(np.arange(4), X[0])))
    results = statsmodels.api.OLS(X[:, 0], X[:, 1:]).fit()
    place("statsmodels", "ols.pkl").write_bytes(pickle.dumps(results))
    results.save(str(place("statsmodels", "saved.pickle")))
    place("statsmodels", "logit.pkl").write_bytes(pickle.dumps(statsmodels.api.Logit(Y, X[:, 1:]).fit(disp=0)))


def keras_files(place: Place) -> None:
    """Models of Keras in its formats, and what TensorFlow exports."""
    import keras
    import tensorflow as tf

    dense = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="relu"), keras.layers.Dropout(0.1),
                              keras.layers.Dense(1, kernel_regularizer="l2")])  # fmt: skip
    dense.compile("adam", "mse", metrics=["mae"])
    dense.fit(X, Y, epochs=1, verbose=0)
    inputs = keras.Input((8, 8, 3))
    x = keras.layers.Conv2D(4, 3, padding="same")(inputs)
    x = keras.layers.Add()([x, keras.layers.BatchNormalization()(x)])
    image = keras.Model(inputs, keras.layers.GlobalAveragePooling2D()(keras.layers.LayerNormalization()(x)))
    texts = keras.Sequential([keras.layers.TextVectorization(output_mode="int", output_sequence_length=4), keras.layers.Embedding(20, 4),
                              keras.layers.Bidirectional(keras.layers.LSTM(4))])  # fmt: skip
    texts.layers[0].adapt(["a cat", "a dog"])
    texts(tf.constant(["a cat"]))
    heads = keras.layers.MultiHeadAttention(2, 4)
    tokens = keras.Input((5, 8))
    for name, model in (
        ("dense", dense),
        ("image", image),
        ("texts", texts),
        ("attention", keras.Model(tokens, heads(tokens, tokens))),
    ):
        model.save(place("keras", f"{name}.keras"))
        model.save_weights(place("keras", f"{name}.weights.h5"))
        if name != "texts":
            model.save(place("keras", f"{name}.h5"))
            place("keras", f"{name}.json").write_text(model.to_json())
    for name, model in (("dense", dense), ("image", image), ("texts", texts)):
        folder = place("savedmodel", name)
        if name == "texts":
            tf.saved_model.save(tf.Module(), str(folder))
        else:
            model.export(str(folder), verbose=False)
    converter = tf.lite.TFLiteConverter.from_saved_model(str(place("savedmodel", "dense")))
    place("savedmodel", "dense.tflite").write_bytes(converter.convert())
    graph = (
        tf.function(lambda v: tf.matmul(v, v) + 1.0).get_concrete_function(tf.TensorSpec((2, 2))).graph.as_graph_def()
    )
    place("savedmodel", "frozen.pb").write_bytes(graph.SerializeToString())


def graphs(place: Place) -> None:
    """ONNX by its own library and from scikit-learn; GGUF by its own writer."""
    import gguf
    import onnx
    from onnx import TensorProto, helper, numpy_helper
    from skl2onnx import to_onnx
    from sklearn.ensemble import GradientBoostingClassifier, RandomForestRegressor
    from sklearn.linear_model import LogisticRegression
    from sklearn.neural_network import MLPClassifier

    for model in (
        LogisticRegression(),
        RandomForestRegressor(5),
        GradientBoostingClassifier(n_estimators=5),
        MLPClassifier(max_iter=20),
    ):
        made = to_onnx(model.fit(X, Y), X[:1].astype(np.float32))
        place("onnx", f"{type(model).__name__}.onnx").write_bytes(made.SerializeToString())
    for name, domains in (("plain", [""]), ("ml", ["", "ai.onnx.ml"]), ("contributed", ["", "com.microsoft"])):
        weights = numpy_helper.from_array(RANDOM.standard_normal((4, 300)).astype(np.float32), "w")
        nodes = [helper.make_node("MatMul", ["x", "w"], ["h"], name="first"), helper.make_node("Relu", ["h"], ["y"])]
        if name == "contributed":
            nodes[1] = helper.make_node("Gelu", ["h"], ["y"], domain="com.microsoft")
        ends = [
            helper.make_tensor_value_info(end, TensorProto.FLOAT, [1, size]) for end, size in (("x", 4), ("y", 300))
        ]
        graph = helper.make_graph(nodes, "g", ends[:1], ends[1:], [weights])
        whole = helper.make_model(
            graph, opset_imports=[helper.make_opsetid(domain, 17 if not domain else 1) for domain in domains]
        )
        onnx.save(whole, place("onnx", f"{name}.onnx"))
        onnx.save(
            whole,
            place("onnx", f"{name}-external.onnx"),
            save_as_external_data=True,
            location=f"{name}.data",
            size_threshold=0,
        )
    for number, (name, template) in enumerate(TEMPLATES.items()):
        writer = gguf.GGUFWriter(place("gguf", f"{name}.gguf"), "llama")
        writer.add_context_length(2048)
        writer.add_token_list([f"t{n}" for n in range(50)])
        writer.add_token_scores([0.0] * 50)
        writer.add_chat_template(template)
        for kind in (np.float32, np.float16)[: 1 + number % 2]:
            writer.add_tensor(f"w.{np.dtype(kind).name}", RANDOM.standard_normal((64, 32)).astype(kind) * kind(0.02))
        if number % 3 == 0:
            packed = gguf.quantize(RANDOM.standard_normal((4, 256)).astype(np.float32), gguf.GGMLQuantizationType.Q8_0)
            writer.add_tensor("q", packed, raw_dtype=gguf.GGMLQuantizationType.Q8_0)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()


TEMPLATES = {
    "chatml": "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}",
    "llama-2": "{% if messages[0]['role'] == 'system' %}{% set loop_messages = messages[1:] %}{% set system_message = messages[0]['content'] %}{% else %}{% set loop_messages = messages %}{% set system_message = false %}{% endif %}{% for message in loop_messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Conversation roles must alternate') }}{% endif %}{{ bos_token + '[INST] ' + message.content.strip() + ' [/INST]' }}{% endfor %}",
    "tools": "{%- if tools %}{{- '<tools>' }}{% for tool in tools %}{{ tool | tojson(indent=4) }}{% endfor %}{% endif %}{%- set ns = namespace(last=messages|length - 1, found=true) %}{%- for message in messages[::-1] %}{%- set index = (messages|length - 1) - loop.index0 %}{%- if ns.found and message.role == 'user' %}{%- set ns.found = false %}{%- set ns.last = index %}{%- endif %}{% endfor %}{{ strftime_now('%d %b %Y') if strftime_now is defined else '' }}",
    "generation": "{% for message in messages %}{% if message.role == 'assistant' %}{% generation %}{{ message.content }}{{ eos_token }}{% endgeneration %}{% else %}{{ message.content }}{% endif %}{% endfor %}",
    "macro": "{% macro render(item, depth=0) %}{% if item is mapping %}{% for key, value in item|dictsort %}{{ key }}: {{ render(value, depth + 1) }}{% endfor %}{% else %}{{ item | string | trim }}{% endif %}{% endmacro %}{% for m in messages if m.role not in ['tool'] %}{{ render(m) }}{% if loop.last %}{% break %}{% endif %}{% endfor %}",
    "filters": "{{ messages | selectattr('role', 'equalto', 'user') | map(attribute='content') | join('\n') }}{% set x = messages | rejectattr('role', 'equalto', 'system') | list %}{{ x[-1].content.split('</think>')[-1].lstrip('\n') }}",
}
"""As published models have them, by what they show."""


def settings(place: Place) -> None:
    """What lies beside weights on a hub: settings, tokenizers, templates, Python of a model."""
    import tokenizers
    import transformers

    made = tokenizers.Tokenizer(tokenizers.models.BPE(unk_token="[UNK]"))
    made.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    made.train_from_iterator(
        ["a cat and a dog", "print('x') import os"], tokenizers.trainers.BpeTrainer(special_tokens=["[UNK]", "[PAD]"])
    )
    made.save(str(place("settings", "tokenizer.json")))
    for kind in (
        transformers.BertConfig,
        transformers.LlamaConfig,
        transformers.GPT2Config,
        transformers.WhisperConfig,
        transformers.CLIPConfig,
    ):
        kind().to_json_file(place("settings", f"{kind.__name__}/config.json"))
    transformers.GenerationConfig().to_json_file(place("settings", "generation_config.json"))
    for name, template in TEMPLATES.items():
        place("settings", f"{name}/tokenizer_config.json").write_text(
            json.dumps({"chat_template": template, "model_max_length": 2048})
        )
        place("settings", f"{name}/chat_template.jinja").write_text(template)
    place("settings", "auto_map/config.json").write_text(
        json.dumps({"model_type": "x", "auto_map": {"AutoModel": "modeling_x.XModel"}})
    )
    place("settings", "README.md").write_text("# A model\n\n```python\nfrom transformers import pipeline\n```\n")
    place("settings", "special_tokens_map.json").write_text('{"unk_token": "[UNK]"}')
    place("settings", "model.safetensors.index.json").write_text(
        '{"metadata": {"total_size": 1}, "weight_map": {"w": "model-00001.safetensors"}}'
    )
    models = Path(transformers.__file__).parent / "models"
    for name in ("bert", "llama", "gpt2", "t5", "vit"):
        shutil.copy(models / name / f"modeling_{name}.py", place("python", f"modeling_{name}.py"))
        shutil.copy(models / name / f"configuration_{name}.py", place("python", f"configuration_{name}.py"))


def others(place: Place) -> None:
    """Plain pickles, and classes of other libraries that are pickled often."""
    import decimal
    import uuid

    import nltk
    import nltk.tokenize.punkt

    plain = {
        "a": [1, 2.5, "x", None, True],
        "b": {"c": (1, 2)},
        "d": b"bytes",
        "e": {1, 2},
        "f": frozenset({3}),
        "g": 1 << 70,
        "h": 1j,
    }
    for protocol in range(6):
        place("plain pickles", f"data-{protocol}.pkl").write_bytes(pickle.dumps(plain, protocol=protocol))
    times = [
        datetime.datetime.now(datetime.UTC),
        decimal.Decimal("1.5"),
        uuid.UUID(int=7),
        Path("x"),
        collections.deque([1]),
        range(3),
    ]
    place("plain pickles", "times.pkl").write_bytes(pickle.dumps(times))
    place("plain pickles", "long.pkl").write_bytes(pickle.dumps(["x" * 100_000, bytes(100_000), list(range(10_000))]))
    words = {f"word{n}": n for n in range(5000)}
    place("plain pickles", "vocabulary.pkl").write_bytes(pickle.dumps(words))
    place("plain pickles", "several.pkl").write_bytes(pickle.dumps(words) + pickle.dumps(plain))
    place("plain pickles", "inner.pkl").write_bytes(
        pickle.dumps({"state": pickle.dumps(plain), "model": pickle.dumps(X)})
    )
    trainer = nltk.tokenize.punkt.PunktTrainer("A cat. A dog. Dr. Who came.")
    place("nltk", "punkt.pkl").write_bytes(
        pickle.dumps(nltk.tokenize.punkt.PunktSentenceTokenizer(trainer.get_params()))
    )
    place("nltk", "bayes.pkl").write_bytes(
        pickle.dumps(nltk.NaiveBayesClassifier.train([({"a": 1}, "x"), ({"a": 2}, "y")]))
    )
    place("nltk", "frequencies.pkl").write_bytes(pickle.dumps(nltk.FreqDist("abcab")))


if __name__ == "__main__":
    main()
