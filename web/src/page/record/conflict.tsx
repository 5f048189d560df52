import { Alert, Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { NO_MARKS } from '../../form/mark';
import { type Content, fields, type GroupSchema, label } from '../../form/schema';
import { Show } from '../../form/show';
import { day } from '../../frame/moment';
import type { Desk, Draft } from './desk';
import { same } from './writing';

/** Somebody else has saved the same draft: what differs, field by field, and whose shall stand. Nothing is written over silently. */
export function Conflict({ desk, draft, form }: { readonly desk: Desk; readonly draft: Draft; readonly form: GroupSchema }) {
  const { t } = useTranslation();
  const { theirs, writing } = draft;
  if (draft.saving !== 'conflict' || !theirs) return null;
  const grade = (of: typeof writing): string => t(`record.grade.${of.confidentiality}`);
  const beside = (
    [
      ['record.title', writing.title, theirs.writing.title],
      ['record.day', day(writing.occurredOn), day(theirs.writing.occurredOn)],
      ['record.tags', writing.tags.join('、'), theirs.writing.tags.join('、')],
      ['record.confidentiality', grade(writing), grade(theirs.writing)],
    ] as const
  ).filter(([, mine, other]) => mine !== other);
  const differing = fields(form).filter(([name]) => !same(writing.content[name], theirs.writing.content[name]));
  return (
    <Alert
      type="warning"
      showIcon
      title={theirs.author ? t('conflict.by', { name: theirs.author.name }) : t('conflict.title')}
      description={
        <>
          <div className="scroll" role="region" aria-label={t('conflict.title')} tabIndex={0}>
            <table className="differences">
              <thead>
                <tr>
                  <th>{t('conflict.field')}</th>
                  <th>{t('conflict.mine')}</th>
                  <th>{t('conflict.theirs')}</th>
                </tr>
              </thead>
              <tbody>
                {beside.map(([words, mine, other]) => (
                  <tr key={words}>
                    <th scope="row">{t(words)}</th>
                    <td>{mine}</td>
                    <td>{other}</td>
                  </tr>
                ))}
                {differing.map(([name, field]) => (
                  <tr key={name}>
                    <th scope="row">{label(field)}</th>
                    <td>
                      <One form={form} name={name} content={writing.content} />
                    </td>
                    <td>
                      <One form={form} name={name} content={theirs.writing.content} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          <p>{t('conflict.files', { count: theirs.files.length })}</p>
          <div className="ways">
            <Button onClick={() => desk.take('theirs')}>{t('conflict.takeTheirs')}</Button>
            <Button danger onClick={() => desk.take('mine')}>
              {t('conflict.keepMine')}
            </Button>
          </div>
        </>
      }
    />
  );
}

/** One field of a content, as it is read. */
function One({ form, name, content }: { readonly form: GroupSchema; readonly name: string; readonly content: Content }) {
  const field = form.properties[name];
  if (!field || content[name] === undefined) return null;
  return <Show schema={{ type: 'object', properties: { [name]: field } }} content={{ [name]: content[name] }} marks={NO_MARKS} />;
}
