// Well-known models of the hub whose families are read and that fit a browser. Sizes are those of the weight files, rounded: what the hub says
// itself is shown before every download.

export interface CuratedModel {
  /** "owner/name". */
  readonly id: string;
  readonly family: string;
  /** Megabytes to download, about. */
  readonly megabytes: number;
  readonly licence: string;
}

export const curated: readonly CuratedModel[] = [
  { id: 'HuggingFaceTB/SmolLM2-135M-Instruct', family: 'Llama', megabytes: 270, licence: 'Apache-2.0' },
  { id: 'EleutherAI/pythia-70m', family: 'GPT-NeoX', megabytes: 170, licence: 'Apache-2.0' },
  { id: 'distilbert/distilgpt2', family: 'GPT-2', megabytes: 350, licence: 'Apache-2.0' },
  { id: 'openai-community/gpt2', family: 'GPT-2', megabytes: 550, licence: 'MIT' },
  { id: 'google-bert/bert-base-uncased', family: 'BERT', megabytes: 440, licence: 'Apache-2.0' },
  { id: 'sentence-transformers/all-MiniLM-L6-v2', family: 'BERT', megabytes: 91, licence: 'Apache-2.0' },
  { id: 'google/vit-base-patch16-224', family: 'ViT', megabytes: 350, licence: 'Apache-2.0' },
  { id: 'Qwen/Qwen2.5-0.5B-Instruct', family: 'Qwen2', megabytes: 990, licence: 'Apache-2.0' },
];
