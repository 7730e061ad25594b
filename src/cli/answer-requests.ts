import type { Config } from '../config/config.js'
import type { Publisher } from '../publish/publisher.js'
import { createRequestHandler, type VerbHandlers } from '../publish/requests.js'
import type { Topics } from '../publish/topics.js'
import type { AgentSession } from './agent-session.js'

/** Lets a publisher answer these verbs. */
export function answerRequests(
  publisher: Pick<Publisher, 'onRequest'>,
  verbs: VerbHandlers,
  { topics, config, log }: { readonly topics: Topics; readonly config: Config } & Pick<AgentSession, 'log'>,
): void {
  publisher.onRequest(
    createRequestHandler(topics, verbs, {
      onBug: (error) => log.error({ err: error, code: 'INTERNAL_REQUEST' }, 'a request failed'),
      notToAnswerOn: [`${config.publish.home_assistant_prefix}/`],
    }),
  )
}
