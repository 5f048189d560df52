import { Alert, Button, Input } from 'antd';
import { useTranslation } from 'react-i18next';
import { Group } from '../../form/group';
import { following, KnownPeople, sameAgain } from '../../form/known';
import type { Marks } from '../../form/mark';
import type { Content, GroupSchema } from '../../form/schema';
import { day } from '../../frame/moment';
import { Aside, Beside } from './aside';
import { useLately } from './lately';
import type { Writing } from './writing';

interface WriteStepProps {
  readonly help: string;
  /** Regulations that the type rests on. */
  readonly rules: readonly string[];
  readonly org: string;
  readonly type: string;
  /** The title that a day gives, where it is made from it. */
  readonly usualTitle: ((day: string) => string) | undefined;
  readonly form: GroupSchema;
  readonly writing: Writing;
  readonly marks: Marks;
  readonly write: (change: Partial<Writing>) => void;
}

/** The form itself: what is known already is offered. */
export function WriteStep({ help, rules, org, type, usualTitle, form, writing, marks, write }: WriteStepProps) {
  const { t } = useTranslation();
  const { last, known } = useLately({ org, type });
  const { title, occurredOn, content } = writing;
  const onDay = (next: string): void => write({ occurredOn: next, ...(usualTitle && title === usualTitle(occurredOn) ? { title: usualTitle(next) } : {}) });
  return (
    <section className="sheet">
      <p className="hint">{help}</p>
      {rules.length > 0 && <p className="hint">{t('record.rules', { rules: rules.join('；') })}</p>}
      {last && Object.keys(content).length === 0 && (
        <Alert
          className="again"
          type="info"
          title={t('record.sameAgain', { day: day(last.occurredOn) })}
          action={<Button onClick={() => write({ content: sameAgain(form, last.content) })}>{t('record.takeSame')}</Button>}
        />
      )}
      <div className="field" data-pointer="#title">
        <label htmlFor="record-title">{t('record.title')}</label>
        <Input id="record-title" value={title} maxLength={200} required onChange={(event) => write({ title: event.target.value })} />
        <Beside marks={marks.get('#title') ?? []} />
      </div>
      <div className="group">
        <div className="field" data-pointer="#occurredOn">
          <label htmlFor="record-day">{t('record.day')}</label>
          <Input id="record-day" type="date" value={occurredOn} required onChange={(event) => event.target.value !== '' && onDay(event.target.value)} />
          <Beside marks={marks.get('#occurredOn') ?? []} />
        </div>
        <Aside writing={writing} type={type} marks={marks} write={write} />
      </div>
      <KnownPeople value={known}>
        <Group
          schema={form}
          pointer=""
          required
          value={content}
          marks={marks}
          still={false}
          onChange={(next) => write({ content: following(form, content, next as Content) })}
        />
      </KnownPeople>
    </section>
  );
}
