"""What transformers itself says of the real models: the numbers that `npm run test:real` compares with.

    python e2e/real/transformersResults.py MODELS_DIR

reads the folders that fetchModels.py wrote, runs them in float32 on the CPU, and writes results/<name>.json (prompts, token ids, the greedy
continuation, library versions) and results/<name>.safetensors (float32):
  decoder   logits.<case>  [2, vocab]  after the last token of the prompt, and after the last token but one of the continuation
  encoder   hidden.<case>  [token, channel]  the last hidden state
"""

import argparse
import json
from pathlib import Path

import torch
import transformers
from safetensors.torch import save_file
from transformers import AutoModel, AutoModelForCausalLM, AutoTokenizer

CONTINUATION = 20

DECODER_PROMPTS = {
    "capital": "On our holidays in Italy we saw the capital,",
    "story": "Once upon a time, in a small village by the sea, there lived an old fisherman who",
}
ENCODER_SENTENCES = {
    "plain": "A small village by the sea.",
    "accents": "Der Café-Besitzer öffnete früh; naïve Gäste kamen 12 Minuten später!",
}


def folder(models: Path, repo: str) -> Path:
    return models / repo / "resolve" / "main"


def decoder(path: Path) -> tuple[dict, dict[str, torch.Tensor]]:
    tokenizer = AutoTokenizer.from_pretrained(path)
    model = AutoModelForCausalLM.from_pretrained(path, dtype=torch.float32).eval()
    cases, tensors = {}, {}
    for name, prompt in DECODER_PROMPTS.items():
        ids = tokenizer(prompt)["input_ids"]
        continuation: list[int] = []
        for _ in range(CONTINUATION):
            logits = model(torch.tensor([ids + continuation])).logits[0, -1]
            continuation.append(int(logits.argmax()))
        # All at once, without the growing prompt: what the program under test runs too.
        logits = model(torch.tensor([ids + continuation[:-1]])).logits[0]
        best = logits[len(ids) - 1 :].topk(2).values
        assert logits[len(ids) - 1 :].argmax(-1).tolist() == continuation, "the two ways of continuing disagree"
        tensors[f"logits.{name}"] = logits[[len(ids) - 1, -1]].contiguous()
        cases[name] = {
            "prompt": prompt,
            "ids": ids,
            "continuation": continuation,
            "text": tokenizer.decode(continuation),
            # How near the greedy choice ever was to the other one: below the errors compared with, the test would mean little.
            "smallestLead": round(float((best[:, 0] - best[:, 1]).min()), 4),
        }
    chat = [{"role": "user", "content": "What is the capital of France?"}]
    text = tokenizer.apply_chat_template(chat, tokenize=False, add_generation_prompt=True)
    cases_chat = {"messages": chat, "text": text, "ids": tokenizer(text, add_special_tokens=False)["input_ids"]}
    return {"cases": cases, "chat": cases_chat}, tensors


def encoder(path: Path) -> tuple[dict, dict[str, torch.Tensor]]:
    tokenizer = AutoTokenizer.from_pretrained(path)
    model = AutoModel.from_pretrained(path, dtype=torch.float32).eval()
    cases, tensors = {}, {}
    for name, sentence in ENCODER_SENTENCES.items():
        ids = tokenizer(sentence, padding=False, truncation=False)["input_ids"]
        cases[name] = {"prompt": sentence, "ids": ids}
        tensors[f"hidden.{name}"] = model(torch.tensor([ids])).last_hidden_state[0].contiguous()
    return {"cases": cases}, tensors


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", type=Path, help="the folder that fetchModels.py wrote")
    models = parser.parse_args().models
    results = Path(__file__).parent / "results"
    results.mkdir(exist_ok=True)
    versions = {"torch": torch.__version__, "transformers": transformers.__version__}
    for name, repo, make in [
        ("smollm2", "HuggingFaceTB/SmolLM2-135M-Instruct", decoder),
        ("minilm", "sentence-transformers/all-MiniLM-L6-v2", encoder),
    ]:
        with torch.no_grad():
            facts, tensors = make(folder(models, repo))
        text = json.dumps({"model": repo, "versions": versions, **facts}, indent=2, ensure_ascii=False)
        (results / f"{name}.json").write_text(text + "\n", encoding="utf-8")
        save_file(tensors, results / f"{name}.safetensors")
        print(f"{name}: {', '.join(facts['cases'])}")


if __name__ == "__main__":
    main()
