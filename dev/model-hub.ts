// Owns the download of single files of a Hugging Face repository: address, redirect, size and checksum.
// Which files make a model, and where they end up, is models-fetch's matter.
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';

import type { FileEntry } from '../src/embedding/manifest.ts';
import { AppError } from '../src/errors.ts';

export interface HubOptions {
  readonly host: string;
  /** As transformers.js writes it: "{model}/resolve/{revision}/". */
  readonly pathTemplate: string;
  readonly model: string;
  readonly revision: string;
  readonly signal: AbortSignal;
  readonly onProgress: (file: string, bytes: number, total: number | undefined) => void;
}

export interface Hub {
  /** The commit that the revision stood for when the first file came: all files come from it. */
  readonly revision: string;
  /** Undefined when the repository has no such file. */
  download(file: string, target: string): Promise<FileEntry | undefined>;
}

/** ONNX files end at 2 GiB by their format; nothing else of a model is near that. */
const MAX_FILE_BYTES = 2 * 1024 ** 3;

export function createHub(options: HubOptions): Hub {
  let { revision } = options;

  async function download(file: string, target: string): Promise<FileEntry | undefined> {
    const path = options.pathTemplate
      .replaceAll('{model}', options.model)
      .replaceAll('{revision}', encodeURIComponent(revision));
    const url = new URL(path + file, `${options.host.replace(/\/+$/, '')}/`);
    const first = await get(url, 'manual');
    const commit = first.headers.get('x-repo-commit');
    if (commit && /^[0-9a-f]{40}$/.test(commit)) revision = commit;
    const location = first.headers.get('location');
    const response = location ? await get(new URL(location, url), 'follow') : first;
    if (response.ok && response.body) return save(file, target, { first, response });
    await response.body?.cancel();
    if (response.status === 404 && !isRepositoryFault(response)) return undefined;
    throw refusal(options, response);
  }

  async function get(url: URL, redirect: 'manual' | 'follow'): Promise<Response> {
    try {
      // Uncompressed, so that the length told is the length that must arrive.
      const headers = { 'accept-encoding': 'identity' };
      return await fetch(url, { redirect, headers, signal: options.signal });
    } catch (cause) {
      throw options.signal.aborted ? cause : unreachable(options.host, cause);
    }
  }

  async function save(file: string, target: string, from: Responses): Promise<FileEntry> {
    const expected = expectations(from);
    const hash = createHash('sha256');
    let bytes = 0;
    await mkdir(dirname(target), { recursive: true });
    const counted = async function* (chunks: AsyncIterable<Uint8Array>) {
      for await (const chunk of chunks) {
        hash.update(chunk);
        bytes += chunk.length;
        if (bytes > MAX_FILE_BYTES) throw damaged(file, `is larger than ${MAX_FILE_BYTES} bytes`);
        options.onProgress(file, bytes, expected.bytes);
        yield chunk;
      }
    };
    try {
      const { body } = from.response;
      await pipeline(body as AsyncIterable<Uint8Array>, counted, createWriteStream(target));
    } catch (cause) {
      throw options.signal.aborted || cause instanceof AppError
        ? cause
        : damaged(file, `broke off after ${bytes} bytes`, cause);
    }
    const sha256 = hash.digest('hex');
    if (expected.bytes !== undefined && bytes !== expected.bytes) {
      throw damaged(file, `came with ${bytes} bytes, ${expected.bytes} expected`);
    }
    if (expected.sha256 !== undefined && sha256 !== expected.sha256) {
      throw damaged(file, 'came with another checksum than the hub announced');
    }
    return { sha256, bytes };
  }

  return {
    get revision() {
      return revision;
    },
    download,
  };
}

interface Responses {
  readonly first: Response;
  readonly response: Response;
}

/** The hub tells size and sha256 of large files on the redirect, of small ones the length alone. */
function expectations({ first, response }: Responses) {
  const encoded = response.headers.has('content-encoding');
  const length = encoded ? null : response.headers.get('content-length');
  const size = first.headers.get('x-linked-size') ?? length;
  const sha256 = /^"?([0-9a-f]{64})"?$/.exec(first.headers.get('x-linked-etag') ?? '')?.[1];
  return { bytes: size === null ? undefined : Number(size), sha256 };
}

function isRepositoryFault(response: Response): boolean {
  return ['RepoNotFound', 'RevisionNotFound'].includes(response.headers.get('x-error-code') ?? '');
}

function refusal({ model, revision }: HubOptions, response: Response): AppError {
  const { status } = response;
  if (response.headers.get('x-error-code') === 'RevisionNotFound') {
    return new AppError('NOT_FOUND', `${model} has no revision ${revision}.`);
  }
  if ([401, 403, 404].includes(status)) {
    return new AppError('NOT_FOUND', `There is no public model ${model} on the hub (${status}).`, {
      hint: 'Check the name (ORG/NAME). Private and gated models must be downloaded by hand.',
    });
  }
  return new AppError('EMBEDDING_FAILED', `The hub answered ${status} for ${model}.`, {
    hint: 'Try again later.',
  });
}

function unreachable(host: string, cause: unknown): AppError {
  const code = ((cause as Error).cause as NodeJS.ErrnoException | undefined)?.code ?? 'no answer';
  return new AppError('EMBEDDING_FAILED', `No network: ${host} cannot be reached (${code}).`, {
    hint: 'Check the connection, or set HF_ENDPOINT to a mirror that can be reached.',
    cause,
  });
}

function damaged(file: string, what: string, cause?: unknown): AppError {
  return new AppError('EMBEDDING_FAILED', `${file} ${what}.`, { cause, hint: 'Try again.' });
}
