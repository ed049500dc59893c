"""Loaders of the libraries of this field, by example: the source, and `line id@revision` of what it names."""

from __future__ import annotations

import pytest

from tests.discovery.support import hidden, look, named, references


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (
            "from TTS.api import TTS\nTTS('tts_models/en/ljspeech/vits')",
            "model:coqui/tts_models/en/ljspeech/vits",
        ),
        ("from rembg import new_session\nnew_session('u2netp')", "model:rembg/u2netp"),
        ("import whisper\nwhisper.load_model('tiny')", "model:whisper/tiny"),
        ("import whisperx\nwhisperx.load_model('large-v2', 'cuda')", "model:faster-whisper/large-v2"),
        (
            "from faster_whisper import WhisperModel\nWhisperModel('Systran/faster-whisper-small')",
            "model:huggingface/Systran/faster-whisper-small",
        ),
        ("from pywhispercpp.model import Model\nModel('base.en')", "model:whisper-cpp/base.en"),
        (
            "from fastembed import SparseTextEmbedding\nSparseTextEmbedding(model_name='Qdrant/bm25')",
            "model:huggingface/Qdrant/bm25",
        ),
        ("import tiktoken\ntiktoken.get_encoding('o200k_base')", "model:tiktoken/o200k_base"),
        ("import tiktoken\ntiktoken.encoding_for_model('gpt-4o-mini')", "model:tiktoken/o200k_base"),
        ("import tiktoken\ntiktoken.encoding_for_model('gpt-4')", "model:tiktoken/cl100k_base"),
        ("import nltk\nnltk.download('punkt')", "dataset:nltk/punkt"),
        ("import easyocr\neasyocr.Reader(['en'])", "model:easyocr/en"),
        ("from paddleocr import PaddleOCR\nPaddleOCR(lang='en')", "model:paddleocr/PaddleOCR"),
        ("from insightface.app import FaceAnalysis\nFaceAnalysis(name='antelopev2')", "model:insightface/antelopev2"),
        ("import clip\nclip.load('ViT-B/32', device='cpu')", "model:openai-clip/ViT-B/32"),
        ("import mlx_lm\nmlx_lm.load('a/b')", "model:huggingface/a/b"),
        ("import sglang as sgl\nsgl.Engine(model_path='a/b')", "model:huggingface/a/b"),
        ("import stanza\nstanza.Pipeline('de')", "model:stanza/de"),
        ("import en_core_web_sm\nen_core_web_sm.load()", "model:spacy/en_core_web_sm"),
        (
            "from speechbrain.inference import EncoderClassifier as E\nE.from_hparams(source='a/b')",
            "model:huggingface/a/b",
        ),
        (
            "from unsloth import FastLanguageModel as F\nF.from_pretrained(model_name='unsloth/x')",
            "model:huggingface/unsloth/x",
        ),
        ("from audiocraft.models import MusicGen\nMusicGen.get_pretrained('a/b')", "model:huggingface/a/b"),
        ("import bark\nbark.preload_models()", "model:huggingface/suno/bark"),
        ("from FlagEmbedding import FlagReranker\nFlagReranker('a/b')", "model:huggingface/a/b"),
        ("from keybert import KeyBERT\nKeyBERT('x')", "model:huggingface/sentence-transformers/x"),
        ("from langchain_huggingface import HuggingFacePipeline as H\nH.from_model_id('a/b')", "model:huggingface/a/b"),
        ("import gradio as gr\ngr.load('models/a/b')", "model:huggingface/a/b"),
        ("import ollama\nollama.Client().pull('a:1b')", "model:ollama/a@1b"),
        ("import ollama\nclient = ollama.Client()\nclient.chat(model='a:1b')", "model:ollama/a@1b"),
        ("import wandb\nrun.use_artifact('a/b/c:v1', type='dataset')", "dataset:wandb-artifacts/a/b/c@v1"),
        ("import lm_eval\nlm_eval.simple_evaluate(tasks=['arc_easy'])", "dataset:lm-eval/arc_easy"),
        (
            "from modelscope.msdatasets import MsDataset\nMsDataset.load('a/b')",
            "dataset:modelscope/a/b",
        ),
        ("import torchaudio\nb = torchaudio.pipelines.HUBERT_BASE", "model:torchaudio/HUBERT_BASE"),
        (
            "import torchaudio\ntorchaudio.pipelines.HUBERT_BASE.get_model()",
            "model:torchaudio/HUBERT_BASE",
        ),
        ("import cv2\ncv2.dnn.readNetFromONNX('models/a.onnx')", "model:file/models/a.onnx"),
        ("from nemo.collections.asr.models import A\nA.from_pretrained(model_name='stt_en')", "model:nemo/stt_en"),
    ],
)
def test_each_family_names_what_it_loads(source: str, expected: str) -> None:
    assert [line.partition(" ")[2] for line in named(source)] == [expected]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("from fastembed import TextEmbedding\nTextEmbedding()", "model:huggingface/BAAI/bge-small-en-v1.5"),
        ("from rembg import new_session\nnew_session()", "model:rembg/u2net"),
        ("from rembg import remove\nremove(image)", "model:rembg/u2net"),
        (
            "from langchain_huggingface import HuggingFaceEmbeddings as H\nH()",
            "model:huggingface/sentence-transformers/all-mpnet-base-v2",
        ),
        ("from deepface import DeepFace\nDeepFace.verify(a, b)", "model:deepface/VGG-Face"),
    ],
)
def test_a_library_with_a_fixed_default_loads_it(source: str, expected: str) -> None:
    (reference,) = references(source)
    assert reference.component.id == expected
    assert reference.resolution == "implicit"


@pytest.mark.parametrize(
    "source",
    [
        "from TTS.api import TTS\nTTS().list_models()",
        "from rembg import remove\nremove(image, session=session)",
        "from trl import SFTTrainer\ndef f(model): SFTTrainer(model=model)",
        "from bertopic import BERTopic\nBERTopic()",
        "import gradio as gr\ngr.load('spaces/a/b')",
        "client.chat(model='a:1b')",
        "import ollama\nx = 'u2net'",
    ],
)
def test_a_call_that_loads_nothing_names_nothing(source: str) -> None:
    assert hidden(source) == []


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import tiktoken\ntiktoken.encoding_for_model(name())", ["2 name()"]),
        ("import tiktoken\ntiktoken.encoding_for_model('other-model')", ["2 'other-model'"]),
        ("from ultralytics import YOLO\nYOLO()", ["2 YOLO()"]),
        ("import mlx_lm\nmlx_lm.load(path())", ["2 path()"]),
    ],
)
def test_what_cannot_be_told_is_unresolved(source: str, expected: list[str]) -> None:
    assert hidden(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("RMVPE('assets/rmvpe/rmvpe.pt')", "model:file/assets/rmvpe/rmvpe.pt"),
        ("gr.Textbox(value='./assets/f0G40k.pth')", "model:file/assets/f0G40k.pth"),
        ("params = {'model_name': 'tts_models/a/b/c'}", "model:coqui/tts_models/a/b/c"),
        ("def f(encoding='cl100k_base'): ...", "model:tiktoken/cl100k_base"),
        ("fetch(package='punkt_tab')", "dataset:nltk/punkt_tab"),
        ("models = ['isnet-anime']", "model:rembg/isnet-anime"),
        ("model = given or 'isnet-anime'", "model:rembg/isnet-anime"),
        ("load('all-mpnet-base-v2')", "model:huggingface/sentence-transformers/all-mpnet-base-v2"),
        ("f('hf-hub:a/b')", "model:huggingface/a/b"),
        ("f('a/b-GGUF/b.Q4_K_M.gguf')", "model:huggingface/a/b-GGUF"),
    ],
)
def test_a_text_names_by_its_form_alone(source: str, expected: str) -> None:
    assert named(source) == [f"1 {expected}"]


@pytest.mark.parametrize(
    "source",
    [
        "torch.save(m, 'models/a.pt')",
        "f(output_path='models/a.pt')",
        "os.path.exists('models/a.pt')",
        "f('output/a.pt')",
        "f('onnx/model.onnx')",
        "f('a.pt')",
        "f('example.org/a.pt')",
        "x == 'cl100k_base'",
        "'models/a.pt'",
    ],
)
def test_other_texts_name_nothing(source: str) -> None:
    assert named(source) == []


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("from transformers import AutoModel\nAutoModel.from_pretrained('assets/hubert')", "model:file/assets/hubert"),
        ("from funasr import AutoModel\nAutoModel(model='tools/asr/x')", "model:file/tools/asr/x"),
        ("from funasr import AutoModel\nAutoModel(model='iic/x')", "model:modelscope/iic/x"),
    ],
)
def test_a_path_that_is_not_in_the_target_is_a_file_all_the_same(source: str, expected: str) -> None:
    assert named(source) == [f"2 {expected}"]


def test_the_word_of_a_library_is_no_folder_of_the_target() -> None:
    files = {"extras/app.py": "from rembg import new_session\nnew_session('sam')", "extras/sam/x.txt": ""}
    assert "model:rembg/sam" in {r.subject for r in look(files).references}


def test_a_tokenizer_by_its_address_is_a_model() -> None:
    address = "https://openaipublic.blob.core.windows.net/encodings/o200k_base.tiktoken"
    source = f"from urllib.request import urlretrieve\nurlretrieve('{address}', 'x')"
    assert named(source) == ["2 model:tiktoken/o200k_base"]


def test_weights_that_a_downloader_of_files_fetches_are_a_model() -> None:
    source = "from urllib.request import urlretrieve\nurlretrieve('https://example.org/a.safetensors', 'x')"
    assert named(source) == ["2 model:url/example.org/a.safetensors"]
