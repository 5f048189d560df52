import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { give } from '../../file/give';
import { moment } from '../../frame/moment';
import { useViewer } from '../../frame/viewer';
import { AuditHeadsDocument } from './gen/graphql';

/** The newest signed heads, to be kept elsewhere, and the whole log for a check without this server. */
export function Heads() {
  const { t } = useTranslation();
  const { timeZone } = useViewer();
  const [{ data }] = useQuery({ query: AuditHeadsDocument });
  const heads = data?.auditHeads?.nodes ?? [];
  if (heads.length === 0) return null;
  return (
    <section className="sheet">
      <h2>{t('audit.heads')}</h2>
      <p>{t('audit.headsAre')}</p>
      <ul className="lines">
        {heads.map((head) => (
          <li key={head.size}>
            <strong>{t('audit.entries', { count: head.size })}</strong>
            <time dateTime={head.at}>{moment(head.at, timeZone)}</time>
            <Button size="small" onClick={() => give(`head-${head.size}.txt`, new Blob([head.note], { type: 'text/plain;charset=utf-8' }))}>
              {t('audit.saveHead', { size: head.size })}
            </Button>
          </li>
        ))}
      </ul>
      <p>
        <a className="do" href="/audit/export" download>
          {t('audit.export')}
        </a>
      </p>
      <p>{t('audit.checkAll')}</p>
      <pre className="command">{'fonds verify audit audit.jsonl --head head.txt --key audit.pub'}</pre>
    </section>
  );
}
