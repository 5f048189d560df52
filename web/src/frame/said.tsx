import { Alert } from 'antd';
import type { CombinedError } from 'urql';
import { errorCode } from '../client/graphql';
import { Failure } from './state';

interface SaidProps {
  readonly error: CombinedError | undefined;
  readonly problems: readonly { readonly message: string; readonly severity?: 'REFUSAL' | 'WARNING' }[];
  /** What it says when it was done. */
  readonly done?: string | undefined;
}

/** What became of a step: refusals, warnings, or that it was done. Read out at once. */
export function Said({ error, problems, done }: SaidProps) {
  return (
    <div aria-live="assertive" className="said">
      {error && <Failure code={errorCode(error)} />}
      {problems.map(({ message, severity }) => (
        <Alert key={message} type={severity === 'WARNING' ? 'warning' : 'error'} showIcon title={message} />
      ))}
      {done && <Alert type="success" showIcon title={done} />}
    </div>
  );
}
