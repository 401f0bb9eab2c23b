// `npm run -s analyze -- …`: the headless analysis (src/cli/analyze.ts; its options are described there).
import { launchTs } from './lib/launchTs.mjs';

await launchTs('src/cli/analyze.ts', process.argv.slice(2));
