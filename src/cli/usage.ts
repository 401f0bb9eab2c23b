// What `npm run -s analyze -- --help` prints.

export const usage = `Analyses one prompt with one model and writes the results as float32 tensors into a safetensors file.

  npm run -s analyze -- --model DIR_OR_NAME_OR_ID (--prompt TEXT | --ids 1,2,3 | --image FILE | --pixels FILE) --out FILE.safetensors [options]

  --model      a folder with config.json, model.safetensors (or shards and their index) and, for --prompt, tokenizer.json;
               or one GGUF file of a Llama-type model: FILE.gguf; or an embedded model: tiny-world, tiny-world-encoder or
               tiny-shapes; or, with --hub, an id of the hub: owner/name
  --hub        address of the hub, https://huggingface.co, or of a mirror of it; the files are downloaded each time
  --revision   branch, tag or commit on the hub (default: main)
  --chat       the prompt is the user's message in the model's own chat template
  --image      a picture for an image classifier, PNG or JPEG; resized, cropped and scaled as its preprocessor_config.json says
  --pixels     a safetensors file with the image of an image classifier: pixel_values [channel, row, column], normalised
  --out        the file to write; it appears only when everything asked for is in it
  --maps       any of in, in_out, out, norm, trace, spectral, nuclear, in_class, in_class_all, rollout, flow, attention, attn_n, attn_res_n,
               attn_res_ln_n, rollout_attn_n, rollout_attn_res, globenc, alti,
               decompx_absdot, decompx_norm, decompx_equal, mixing_ratio, separated by commas
  --methods    any of gradient_l2, grad_x_input, integrated_gradients, lrp_ah_ln, attnlrp, chefer_generic, ablation_zero, separated by
               commas: what explains --class at --target by other means, over the whole model whatever --layers says [token];
               chefer_generic is its whole map [token, token]
  --target     output token that in_class explains: last (default; in a classifier 0, where its one row of classes stands) or an index from 0
  --class      what in_class and in_class_all explain: auto (the model's own prediction, default), an id, or a word of the vocabulary;
               of a classifier a class, by number or name
  --direction  what of the logit: centred (minus the mean, default), logit, logprob, or contrast:ID[,ID…] (minus the mean of these;
               contrast alone: minus the runner-up)
  --layers     a:b, blocks a to b − 1 (default: all). With b below the number of blocks, y, B and T are those of hidden.b, before the final norm
  --gate-rule  half (default), up or gate: what is frozen in a gated feed-forward layer
  --operator   of what --slice and --pair are: tensor (default), attnlrp, lrp_ah_ln, or jacobian (nothing frozen); everything else stays the
               tensor's. Rows of the others: --methods attnlrp, lrp_ah_ln, and grad_x_input, which is the Jacobian's
  --slice      index of an output token: its exact slice of the tensor, slice.I [channel, token, channel]; may be repeated
  --pair       I,J: the exact matrix T_IJ, pair.I.J [channel, channel]; may be repeated
  --hidden     the residual stream before and after every block, hidden.k
  --logits     the logits of every token, or of the classes
  --device     auto (default), webgpu, or reference (float64 on the CPU)
  --memory     what weights, run and computation may take on the device, such as 300MB (default: 4GB); weights that do not fit in
               are read again when they are used: the same numbers, more slowly
  --weights    f32 (default), or f16: matrices take half the memory of the graphics device and are computed with in float32; the metadata says
               what rounding them changed

Always written: x0, y, B, and input_ids or pixel_values. The file's metadata entry "tensorscope" is JSON: provenance, measured errors, times.`;
