// Owns loading the models that ship. Without one of them askonce starts all the same and does less: what it
// lacks is logged here and told by /readyz.
import { createVerifier, readVerifier } from './cache/verifier.ts';
import type { Verifier } from './cache/verifier.ts';
import type { Config } from './config.ts';
import { createEmbedder } from './embedding/embedder.ts';
import type { Embedder } from './embedding/embedder.ts';
import type { ReleaseStack } from './lib/release-stack.ts';
import type { Logger } from './logger.ts';
import type { Metrics } from './metrics.ts';

export interface LoadOptions {
  readonly config: Config;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** Texts that may wait for their embedding at once; one more is refused, and its question not recognised. */
const EMBEDDING_QUEUE = 1000;

export async function loadEmbedder(
  { config, logger, metrics }: LoadOptions,
  releases: ReleaseStack,
): Promise<Embedder | null> {
  try {
    const embedder = await createEmbedder({
      modelsDir: config.MODELS_DIR,
      model: config.EMBEDDING_MODEL,
      maxQueue: EMBEDDING_QUEUE,
      logger,
    });
    metrics.dependencyLimit('embedding', () => EMBEDDING_QUEUE);
    releases.push('embedder', () => embedder.close());
    return embedder;
  } catch (error) {
    logger.error({ err: error }, 'no embedding model: rephrasings are not recognised');
    return null;
  }
}

export async function loadVerifier({
  config,
  logger,
  metrics,
}: LoadOptions): Promise<Verifier | null> {
  metrics.cacheTarget(config.TARGET_ERROR_RATE);
  try {
    const verifier = createVerifier({
      ...(await readVerifier(config.MODELS_DIR)),
      targetErrorRate: config.TARGET_ERROR_RATE,
      onCutChange(state) {
        metrics.cacheCut(state.risk, state.inForce);
        logger.warn(state, 'answers by similarity were found wrong or right: the cut has moved');
      },
    });
    for (const { risk, inForce } of verifier.cuts.state) metrics.cacheCut(risk, inForce);
    return verifier;
  } catch (error) {
    const { MODELS_DIR: folder } = config;
    logger.error(
      { error: String(error), folder },
      'no verifier: rephrasings are offered, never served; template hits go on unless TEMPLATE_HITS=off',
    );
    return null;
  }
}
