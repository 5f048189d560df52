import { type ComponentProps, type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';

// What the first pages are made of: the browser's own controls. The library of controls is loaded by the pages that need more.

interface PushProps extends Omit<ComponentProps<'button'>, 'type'> {
  readonly look?: 'plain' | 'first' | 'danger' | 'link';
  readonly busy?: boolean;
  readonly submit?: boolean;
}

/** A button. While it is busy it takes nothing, and keeps the focus. */
export function Push({ look = 'plain', busy = false, submit = false, className, onClick, ...rest }: PushProps) {
  return (
    <button
      type={submit ? 'submit' : 'button'}
      className={['push', look, className].filter(Boolean).join(' ')}
      aria-busy={busy || undefined}
      onClick={(event) => {
        if (busy) event.preventDefault();
        else onClick?.(event);
      }}
      {...rest}
    />
  );
}

interface ToldProps {
  readonly type: 'error' | 'warning';
  readonly title: string;
  readonly children?: ReactNode;
}

/** Something to be read before going on. */
export function Told({ type, title, children }: ToldProps) {
  return (
    <div className={`told ${type}`} role="alert">
      <strong>{title}</strong>
      {children}
    </div>
  );
}

/** A password, which may be looked at while it is typed: on a phone every other letter goes wrong. */
export function Secret(props: Omit<ComponentProps<'input'>, 'type'>) {
  const { t } = useTranslation();
  const [seen, setSeen] = useState(false);
  return (
    <span className="secret">
      <input {...props} type={seen ? 'text' : 'password'} autoCapitalize="none" spellCheck={false} />
      <Push look="link" aria-pressed={seen} onClick={() => setSeen(!seen)}>
        {t(seen ? 'frame.hide' : 'frame.show')}
      </Push>
    </span>
  );
}
