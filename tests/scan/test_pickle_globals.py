"""Which names pickles of models may import: those of fitted classes, and never one through which code is called."""

import struct
from pathlib import Path

import pytest

from supplychain import catalog
from tests.scan.support import evil, rules, seen

_ALLOWED = [
    "numpy.polynomial.chebyshev.Chebyshev", "numpy.ma.core.mvoid", "numpy.poly1d", "numpy.nan_to_num", "numpy.core.getlimits.MachArLike",
    "numpy.linalg.LinAlgError", "scipy.special._special_ufuncs.expit", "scipy.special._logsumexp.softmax", "math.log1p",
    "scipy.stats._multivariate.multivariate_normal_gen", "scipy.signal._ltisys.StateSpaceContinuous", "scipy.stats.stats.zscore",
    "builtins.hash", "__builtin__.len", "urllib.parse.ParseResult", "statistics.NormalDist", "decimal.Context", "http.HTTPStatus",
    "torch.torch_version.TorchVersion", "torch._C.Generator", "torch.nn.modules.module._WrappedHook", "torch.amp.grad_scaler.GradScaler",
    "torch.cuda.amp.grad_scaler.GradScaler", "torch.nn.parallel.data_parallel.DataParallel", "torch.optim.swa_utils.AveragedModel",
    "torch.distributions.normal.Normal", "torch.nn.init.xavier_uniform_", "torch.nn.functional.interpolate", "torch._C._nn.linear",
    "torch.nn.utils.prune.L1Unstructured", "torch.nn.quantized.dynamic.modules.linear.Linear",
    "torchvision.models.detection.faster_rcnn.FasterRCNN", "torchvision.models.maxvit.MaxVit", "torchvision.models._utils.IntermediateLayerGetter",
    "timm.models.vision_transformer.VisionTransformer", "timm.layers.drop.DropPath", "timm.models._efficientnet_blocks.SqueezeExcite",
    "torchmetrics.classification.accuracy.BinaryAccuracy", "torchmetrics.utilities.data.dim_zero_sum", "tokenizers.AddedToken",
    "sentence_transformers.models.Pooling.Pooling", "transformers.trainer_callback.TrainerState", "transformers.modeling_outputs.BaseModelOutput",
    "transformers.optimization._get_linear_schedule_with_warmup_lr_lambda", "peft.tuners.lora.config.LoraConfig",
    "_loss.CyHalfBinomialLoss", "_loss.__pyx_unpickle_CyHalfMultinomialLoss", "sklearn.compose._column_transformer.make_column_selector",
    "hmmlearn.hmm.GaussianHMM", "umap.umap_.UMAP", "hdbscan.hdbscan_.HDBSCAN", "category_encoders.target_encoder.TargetEncoder",
    "feature_engine.imputation.mean_median.MeanMedianImputer", "mlxtend.preprocessing.transactionencoder.TransactionEncoder",
    "lifelines.fitters.coxph_fitter.CoxPHFitter", "implicit.cpu.als.AlternatingLeastSquares", "xgboost.callback.EarlyStopping",
    "statsmodels.tsa.arima.params.SARIMAXParams", "statsmodels.tsa.statespace._representation.dStatespace", "lightgbm.basic.Dataset",
    "gensim.utils.call_on_class_only", "pandas.core.arrays.sparse.array.SparseArray", "pyarrow.lib._restore_array", "dateutil.relativedelta.relativedelta", "gensim.models.nmf.Nmf", "gensim.models.phrases.original_scorer", "gensim.similarities.docsim.MatrixSimilarity",
    "nltk.lm.models.Laplace", "nltk.grammar.CFG", "nltk.tokenize.casual.TweetTokenizer",
]  # fmt: skip
"""What files of several versions of these libraries import that do nothing but hold their state."""

_NEVER = [
    "builtins.getattr", "builtins.print.__self__", "builtins.type", "builtins.map", "builtins.iter", "builtins.max", "__builtin__.apply",
    "operator.methodcaller", "operator.attrgetter", "_operator.getitem", "importlib.import_module", "pydoc.locate", "functools.reduce",
    "itertools.starmap", "urllib.parse.urlopen", "urllib.request.urlopen", "http.client.HTTPConnection", "http.server.HTTPServer", "decimal.sys",
    "math.__loader__.load_module", "numpy.load", "numpy.loadtxt", "numpy.vectorize", "numpy.apply_along_axis", "numpy.frompyfunc",
    "numpy.memmap", "numpy.polynomial.polynomial.os", "numpy.fromfunction", "numpy.piecewise", "scipy.linalg._basic.LinAlgWarning.warn",
    "scipy.stats._distn_infrastructure.rv_generic", "scipy.stats._distn_infrastructure.rv_continuous", "scipy.stats._distn_infrastructure.rv_frozen",
    "scipy.special._basic.sys", "torch.load", "torch._utils._import_dotted_name", "torch.hub.load", "torch._C.PyTorchFileReader",
    "torch._C._VariableFunctionsClass", "torch.nn.modules.module.__builtins__", "torch.fx.graph_module.reduce_graph_module",
    "torch.distributions.utils.lazy_property", "torch.optim.swa_utils.os", "torch.nn.parallel.distributed.DistributedDataParallel",
    "torchvision.models._api.WeightsEnum", "torchvision.models._api.load_state_dict_from_url", "torchvision.ops.os",
    "timm.models._hub.load_state_dict_from_hf", "timm.models._factory.create_model", "timm.models.load_checkpoint", "timm.models.hub.urlparse",
    "ultralytics.nn.tasks.DetectionModel", "ultralytics.nn.tasks.parse_model", "ultralytics.nn.autobackend.AutoBackend",
    "torchmetrics.utilities.imports.RequirementCache", "sentence_transformers.models.Transformer.Transformer", "tokenizers.tools.EncodingVisualizer",
    "transformers.pipeline", "transformers.AutoModel.from_pretrained", "transformers.trainer_callback.os", "joblib.load", "joblib.memory.Memory",
    "sklearn.callback._transport.Client", "sklearn.utils.os", "sklearn.datasets.fetch_openml", "pandas.read_pickle", "pandas.eval",
    "statsmodels.base.data.ModelData", "statsmodels.base.data.PandasData", "statsmodels.tsa.ardl.model.PandasData", "statsmodels.formula.api.logit", "timm.layers.F", "statsmodels.iolib.smpickle.load_pickle",
    "gensim.utils.unpickle", "gensim.utils.check_output", "gensim.utils.SaveLoad", "gensim.downloader.load", "hmmlearn.base.os",
    "category_encoders.hashing.ProcessPoolExecutor", "lifelines.utils.dill", "nltk.grammar.FeatStructReader", "nltk.data.load",
    "nltk.tokenize.stanford.StanfordTokenizer", "xgboost.callback.os", "lightgbm.basic.NamedTemporaryFile", "lightgbm.basic.ctypes.CDLL",
    "numba.core.serialize._unpickle__CustomPickled", "numba.core.serialize.pickle", "pandas.core.window.rolling.sys", "pyarrow.lib.OSFile", "pyarrow.lib.memory_map", "pyarrow.lib.frombytes", "numba.core.registry.dispatcher_registry", "_loss.os",
    "cloudpickle.cloudpickle._make_function", "dill._dill._create_function", "sktime.base._base.load",
]  # fmt: skip
"""What runs code, opens files or reaches the network, and what gives access to it, beside names that are allowed."""


@pytest.mark.parametrize("name", _ALLOWED)
def test_names_that_only_hold_a_state_are_allowed(name: str) -> None:
    assert catalog.pickle_globals().judge(*name.rsplit(".", 1)).verdict == "allowed"


@pytest.mark.parametrize("name", _NEVER)
def test_names_that_lead_to_code_are_never_allowed(name: str) -> None:
    parts = name.split(".")
    verdicts = {
        catalog.pickle_globals().judge(".".join(parts[:at]), ".".join(parts[at:])).verdict
        for at in range(1, len(parts))
    }
    assert "allowed" not in verdicts


def _joblib(array: bytes) -> bytes:
    """Return what joblib before 1.2 wrote for an array: its bytes follow the wrapper, and nothing fills up to them."""
    head = b"\x80\x04cjoblib.numpy_pickle\nNumpyArrayWrapper\n)\x81}(\x8c\x08subclasscnumpy\nndarray\n\x8c\x05shapeK"
    state = (
        head + bytes([len(array)]) + b"\x85\x8c\x05order\x8c\x01C\x8c\x05dtypecnumpy\ndtype\n\x8c\x02u1\x89\x88\x87R"
    )
    return state + b"(K\x03\x8c\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tb\x8c\nallow_mmap\x88ub" + array + b"."


@pytest.mark.parametrize(
    ("array", "found"),
    [
        (struct.pack("<3d", 0.1, 2.5, -1.0), False),
        (b"NN\x93" + bytes(13), False),
        (b"K\x01\x82\x01" + bytes(12), False),
        (evil(), True),
        (b"\x8c\x02os\x8c\x03abc0\x8c\x06system\x93" + bytes(9), True),
    ],
)
def test_numbers_that_read_as_an_opcode_by_chance_are_no_stream(tmp_path: Path, array: bytes, found: bool) -> None:
    assert ("pickle-in-array" in rules(seen(tmp_path, _joblib(array)))) is found
