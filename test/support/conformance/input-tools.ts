// Owns the fixture tools that want input of the client by their results, as the stateless revision does it: they
// are called again with what they have asked for, and remember nothing in between but what they have signed.
import { randomBytes } from 'node:crypto';

import {
  ProtocolError,
  ProtocolErrorCode,
  acceptedContent,
  createRequestStateCodec,
  inputRequired,
  inputResponse,
} from '@modelcontextprotocol/server';
import type { ServerContext } from '@modelcontextprotocol/server';

import { capabilitiesOf, saying, text, tool } from './fixture.ts';
import type { FixtureTool } from './fixture.ts';

interface State {
  readonly round: number;
}

const codec = createRequestStateCodec<State>({ key: randomBytes(32) });

export const form = (message: string, name: string) =>
  inputRequired.elicit({
    message,
    requestedSchema: {
      type: 'object',
      properties: { [name]: { type: 'string' } },
      required: [name],
    },
  });

const sample = (prompt: string, maxTokens: number) =>
  inputRequired.createMessage({
    messages: [{ role: 'user', content: text(prompt) }],
    maxTokens,
  });

const askName = () => form('What is your name?', 'name');
const confirm = () =>
  inputRequired.elicit({
    message: 'Please confirm',
    requestedSchema: { type: 'object', properties: { ok: { type: 'boolean' } }, required: ['ok'] },
  });

const nameOf = ({ mcpReq }: ServerContext): unknown =>
  acceptedContent(mcpReq.inputResponses, 'user_name')?.['name'];

const isAnswered = ({ mcpReq }: ServerContext, key: string): boolean =>
  inputResponse(mcpReq.inputResponses, key).kind !== 'missing';

/** Null where none came. */
async function stateOf(context: ServerContext): Promise<State | null> {
  const state = context.mcpReq.requestState<string>();
  if (state === undefined) return null;
  try {
    return await codec.verify(state, context);
  } catch {
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'The requestState is not ours.');
  }
}

/** Asks once, under a state, and answers with the same. */
async function confirmed(context: ServerContext) {
  const state = await stateOf(context);
  if (state && isAnswered(context, 'confirm')) return saying('state-ok');
  return inputRequired({
    inputRequests: { confirm: confirm() },
    requestState: await codec.mint({ round: 1 }),
  });
}

async function everyKind(context: ServerContext) {
  const state = await stateOf(context);
  const keys = ['user_name', 'greeting', 'client_roots'];
  if (state && keys.every((key) => isAnswered(context, key))) return saying('Nothing is missing.');
  return inputRequired({
    inputRequests: {
      user_name: askName(),
      greeting: sample('Generate a greeting', 50),
      client_roots: inputRequired.listRoots(),
    },
    requestState: await codec.mint({ round: 1 }),
  });
}

async function twoRounds(context: ServerContext) {
  const round = (await stateOf(context))?.round ?? 0;
  if (round === 2 && isAnswered(context, 'step2')) return saying('Both steps are done.');
  const isFirstDone = round > 0 && isAnswered(context, 'step1');
  return inputRequired({
    inputRequests: isFirstDone
      ? { step2: form('Step 2: What is your favorite color?', 'color') }
      : { step1: form('Step 1: What is your name?', 'name') },
    requestState: await codec.mint({ round: isFirstDone ? 2 : 1 }),
  });
}

/** Asks for what the client says that it can do. */
function withinCapabilities(context: ServerContext) {
  if (isAnswered(context, 'capital_question') || isAnswered(context, 'user_name'))
    return saying('It was answered.');
  const can = capabilitiesOf(context);
  return inputRequired({
    inputRequests: {
      ...(can.sampling && { capital_question: sample('What is the capital of France?', 100) }),
      ...(can.elicitation && { user_name: askName() }),
    },
  });
}

export const INPUT_TOOLS: readonly FixtureTool[] = [
  tool('test_input_required_result_elicitation', (_, context) => {
    const name = nameOf(context);
    if (typeof name === 'string') return saying(`Hello, ${name}!`);
    return inputRequired({ inputRequests: { user_name: askName() } });
  }),
  tool('test_input_required_result_sampling', (_, context) =>
    isAnswered(context, 'capital_question')
      ? saying(JSON.stringify(context.mcpReq.inputResponses))
      : inputRequired({
          inputRequests: { capital_question: sample('What is the capital of France?', 100) },
        }),
  ),
  tool('test_input_required_result_list_roots', (_, context) =>
    isAnswered(context, 'client_roots')
      ? saying(JSON.stringify(context.mcpReq.inputResponses))
      : inputRequired({ inputRequests: { client_roots: inputRequired.listRoots() } }),
  ),
  tool('test_input_required_result_request_state', async (_, context) => await confirmed(context)),
  tool('test_input_required_result_tampered_state', async (_, context) => await confirmed(context)),
  tool(
    'test_input_required_result_multiple_inputs',
    async (_, context) => await everyKind(context),
  ),
  tool('test_input_required_result_multi_round', async (_, context) => await twoRounds(context)),
  tool('test_input_required_result_capabilities', (_, context) => withinCapabilities(context)),
  tool('test_streaming_elicitation', (_, context) =>
    isAnswered(context, 'user_name')
      ? saying('It was answered.')
      : inputRequired({ inputRequests: { user_name: askName() } }),
  ),
];
