// Owns reading what PostgreSQL's own output plugin (pgoutput) sends: which relations a transaction has changed, and
// no value of them. See "Logical Replication Message Formats" in PostgreSQL's documentation.

export type StreamMessage =
  /** The lowest 32 bits of the transaction's id. */
  | { readonly kind: 'begin'; readonly xid: number }
  | { readonly kind: 'change'; readonly relations: readonly string[] }
  | { readonly kind: 'commit'; readonly endLsn: string }
  | null;

const MESSAGE = {
  begin: 0x42,
  commit: 0x43,
  insert: 0x49,
  update: 0x55,
  delete: 0x44,
  truncate: 0x54,
};
const BEGIN_XID_AT = 17;
const COMMIT_END_AT = 10;
const TRUNCATE_FIRST_AT = 6;
const OID_BYTES = 4;

interface ReplicationClient {
  query(sql: string): Promise<unknown>;
}

/** As the replication library wants its plugins. */
export interface StreamDecoder {
  readonly name: string;
  readonly options: object;
  parse(message: Buffer): StreamMessage;
  start(client: ReplicationClient, slot: string, lastLsn: string): Promise<unknown>;
}

export function createStreamDecoder(publication: string): StreamDecoder {
  return {
    name: 'pgoutput',
    options: {},
    parse: readMessage,
    start(client, slot, lastLsn) {
      const options = `proto_version '1', publication_names '${publication}'`;
      return client.query(`START_REPLICATION SLOT "${slot}" LOGICAL ${lastLsn} (${options})`);
    },
  };
}

function readMessage(message: Buffer): StreamMessage {
  switch (message[0]) {
    case MESSAGE.begin:
      return { kind: 'begin', xid: message.readUInt32BE(BEGIN_XID_AT) };
    case MESSAGE.insert:
    case MESSAGE.update:
    case MESSAGE.delete:
      return { kind: 'change', relations: [String(message.readUInt32BE(1))] };
    case MESSAGE.truncate: {
      const count = message.readUInt32BE(1);
      const relations = Array.from({ length: count }, (_, at) =>
        String(message.readUInt32BE(TRUNCATE_FIRST_AT + at * OID_BYTES)),
      );
      return { kind: 'change', relations };
    }
    case MESSAGE.commit: {
      const [high, low] = [0, 4].map((at) => message.readUInt32BE(COMMIT_END_AT + at).toString(16));
      return { kind: 'commit', endLsn: `${high}/${low}` };
    }
    default:
      return null;
  }
}
