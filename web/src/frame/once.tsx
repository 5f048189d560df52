import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

/** A text that is shown once, to be taken along. A page on plain http has no clipboard: there one touch selects the whole of it. */
export function Once({ text }: { readonly text: string }) {
  const { t } = useTranslation();
  const [copied, setCopied] = useState(false);
  return (
    <p className="ways">
      <code className="command once">{text}</code>
      {'clipboard' in navigator && window.isSecureContext && (
        <Button onClick={() => void navigator.clipboard.writeText(text).then(() => setCopied(true))}>{t(copied ? 'token.copied' : 'token.copy')}</Button>
      )}
    </p>
  );
}
