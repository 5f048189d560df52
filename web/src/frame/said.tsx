import { Alert } from 'antd';
import { useTranslation } from 'react-i18next';
import type { CombinedError } from 'urql';
import { errorCode, toldCode } from '../client/graphql';

interface SaidProps {
  readonly error: CombinedError | undefined;
  readonly problems: readonly { readonly message: string; readonly severity?: 'REFUSAL' | 'WARNING' }[];
  /** What it says when it was done. */
  readonly done?: string | undefined;
}

/** What became of a step: that it failed, refusals, warnings, or that it was done. Read out at once. */
export function Said({ error, problems, done }: SaidProps) {
  const { t } = useTranslation();
  const code = error && toldCode(errorCode(error));
  return (
    <div aria-live="assertive" className="said">
      {code && <Alert type="error" showIcon title={t(`failure.${code}`)} description={t(`failure.way.${code}`)} />}
      {problems.map(({ message, severity }) => (
        <Alert key={message} type={severity === 'WARNING' ? 'warning' : 'error'} showIcon title={message} />
      ))}
      {done && <Alert type="success" showIcon title={done} />}
    </div>
  );
}
