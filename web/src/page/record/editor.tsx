import { useNavigate, useSearch } from '@tanstack/react-router';
import { Alert, Button, Input, Steps } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Group } from '../../form/group';
import { isMarkedSecret } from '../../form/guard';
import { type Mark, marksOf, strays } from '../../form/mark';
import { at, type Content, type GroupSchema } from '../../form/schema';
import { useTitle } from '../../frame/title';
import type { Draft } from './draft';
import { FilesStep } from './files-step';
import type { FilesFragment } from './gen/graphql';
import { SavedWhen } from './saved';
import { SubmitStep } from './submit-step';

interface EditorProps {
  readonly heading: string;
  readonly help: string;
  readonly form: GroupSchema;
  readonly draft: Draft;
  readonly post: string;
  readonly files: readonly FilesFragment[];
  readonly comments: readonly { readonly path: string; readonly text: string }[];
}

/** Writing, files, sending: one after the other, and back at any time. */
export function Editor({ heading, help, form, draft, post, files, comments }: EditorProps) {
  const { t } = useTranslation();
  const go = useNavigate();
  const { step: asked } = useSearch({ strict: false });
  const step = draft.id === null ? 0 : (asked ?? 0);
  const [attached, setAttached] = useState(files);
  const [onTheWay, setOnTheWay] = useState(0);
  useTitle(heading);
  const marks = useMemo(() => marksOf(draft.problems, comments), [draft.problems, comments]);
  const shown = (pointer: string): boolean => pointer !== '' && !pointer.startsWith('#') && at(form, pointer) !== undefined;
  const beside = (name: string): readonly Mark[] => marks.get(`#${name}`) ?? [];
  const above = strays(marks, (pointer) => shown(pointer) || pointer === '#title' || pointer === '#occurredOn');
  const secret = useMemo(() => isMarkedSecret(`${draft.writing.title}\n${texts(draft.writing.content).join('\n')}`), [draft.writing]);

  async function next(to: number): Promise<void> {
    if (to > step && !(await draft.settle())) return;
    await go({ to: '.', search: (before) => ({ ...before, step: to }) });
    window.scrollTo({ top: 0 });
  }

  return (
    <>
      <h1>{heading}</h1>
      <Steps
        size="small"
        responsive={false}
        current={step}
        onChange={(to) => void next(to)}
        items={[{ title: t('record.step.write') }, { title: t('record.step.files') }, { title: t('record.step.send') }]}
      />
      {secret && <Alert type="error" showIcon title={t('form.secret')} />}
      {above.map(({ tone, text }) => (
        <Alert key={text} type={tone === 'error' ? 'error' : 'warning'} showIcon title={text} />
      ))}
      {step === 0 && (
        <section className="sheet">
          <p className="hint">{help}</p>
          <div className="field">
            <label htmlFor="record-title">{t('record.title')}</label>
            <Input
              id="record-title"
              value={draft.writing.title}
              maxLength={200}
              required
              onChange={(event) => draft.write({ title: event.target.value })}
            />
            <Beside marks={beside('title')} />
          </div>
          <div className="field">
            <label htmlFor="record-day">{t('record.day')}</label>
            <Input
              id="record-day"
              type="date"
              value={draft.writing.occurredOn}
              required
              onChange={(event) => event.target.value !== '' && draft.write({ occurredOn: event.target.value })}
            />
            <Beside marks={beside('occurredOn')} />
          </div>
          <Group
            schema={form}
            pointer=""
            required
            value={draft.writing.content}
            marks={marks}
            still={false}
            onChange={(content) => draft.write({ content: content as Content })}
          />
        </section>
      )}
      {draft.id !== null && (
        <div hidden={step !== 1}>
          <FilesStep record={draft.id} draft={draft} post={post} files={attached} arranged={setAttached} onTheWay={setOnTheWay} />
        </div>
      )}
      {step === 2 && draft.id !== null && <SubmitStep key={attached.length} record={draft.id} draft={draft} post={post} form={form} onTheWay={onTheWay} />}
      <footer className="bar">
        <SavedWhen saving={draft.saving} />
        <span>
          {step > 0 && <Button onClick={() => void next(step - 1)}>{t('record.back')}</Button>}
          {step < 2 && (
            <Button type="primary" disabled={secret} onClick={() => void next(step + 1)}>
              {t('record.next')}
            </Button>
          )}
        </span>
      </footer>
    </>
  );
}

function Beside({ marks }: { readonly marks: readonly Mark[] }) {
  return marks.map(({ tone, text }) => (
    <p key={text} className={`mark ${tone}`}>
      {text}
    </p>
  ));
}

/** Every text in a content. */
function texts(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(texts);
}
