import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { Alert, Button, Steps } from 'antd';
import { useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSubscription } from 'urql';
import { type Mark, marksOf, pointerOf, strays } from '../../form/mark';
import { at, type GroupSchema, lacking, trail, valueAt } from '../../form/schema';
import { useTitle } from '../../frame/title';
import { Conflict } from './conflict';
import type { Desk, Draft, Problem } from './desk';
import { FilesStep } from './files-step';
import { RecordMovedDocument } from './gen/graphql';
import { SavedWhen } from './saved';
import { SubmitStep } from './submit-step';
import { WriteStep } from './write-step';
import type { Writing } from './writing';

interface EditorProps {
  readonly heading: string;
  readonly help: string;
  readonly rules: readonly string[];
  readonly org: string;
  readonly usualTitle?: (day: string) => string;
  readonly form: GroupSchema;
  readonly desk: Desk;
  readonly draft: Draft;
  readonly comments: readonly { readonly path: string; readonly text: string }[];
}

/** What the server said of a writing; it holds for what has not been changed since. */
interface Checked {
  readonly writing: Writing;
  readonly problems: readonly Problem[];
}

/** Writing, files, sending: one after the other, and back at any time. */
export function Editor({ heading, help, rules, org, usualTitle, form, desk, draft, comments }: EditorProps) {
  const { t } = useTranslation();
  const go = useNavigate();
  const { step: asked } = useSearch({ strict: false });
  const step = draft.id === null ? 0 : (asked ?? 0);
  const [checked, setChecked] = useState<Checked | null>(null);
  const [sent, setSent] = useState(false);
  useTitle(heading);
  useHeard(desk, draft.id);
  const { writing, saving } = draft;
  const marks = useMemo(() => marksOf([...draft.problems, ...(checked ? still(checked, writing) : [])], comments.map(beside)), [draft.problems, checked, writing, comments]);
  const lacks = step > 0 ? lacking(form, writing.content) : [];
  const above = strays(marks, (pointer) => /^#(title|occurredOn|confidentiality|tags)/.test(pointer) || (pointer !== '' && !pointer.startsWith('#') && at(form, pointer) !== undefined));

  async function next(to: number, pointer?: string): Promise<void> {
    if (to > step && !(await desk.settle())) return;
    await go({ to: '.', search: (before) => ({ ...before, step: to }) });
    if (pointer === undefined) window.scrollTo({ top: 0 });
    else requestAnimationFrame(() => show(pointer));
  }

  return (
    <>
      <h1>{heading}</h1>
      <Steps
        size="small"
        responsive={false}
        current={step}
        onChange={(to) => void next(to)}
        items={[{ title: t('record.step.write'), ...(lacks.length > 0 ? { status: 'error' as const } : {}) }, { title: t('record.step.files') }, { title: t('record.step.send') }]}
      />
      <Standing desk={desk} draft={draft} form={form} sent={sent} />
      {above.map(({ tone, text }: Mark) => (
        <Alert key={text} type={tone === 'error' ? 'error' : 'warning'} showIcon title={text} />
      ))}
      {step === 1 && lacks[0] !== undefined && (
        <Alert
          type="warning"
          showIcon
          title={t('record.lacks', { count: lacks.length, names: lacks.slice(0, 3).map((pointer) => trail(form, pointer)).join(t('record.and')) })}
          action={<Button onClick={() => void next(0, lacks[0])}>{t('submit.goThere')}</Button>}
        />
      )}
      {step === 0 && (
        <WriteStep help={help} rules={rules} org={org} type={desk.begin.ofType} usualTitle={usualTitle} form={form} writing={writing} marks={marks} write={desk.write} />
      )}
      {step === 1 && <FilesStep desk={desk} draft={draft} />}
      {step === 2 && draft.id !== null && (
        <SubmitStep
          record={draft.id}
          desk={desk}
          draft={draft}
          form={form}
          told={(problems) => setChecked({ writing, problems: problems.filter(({ code }) => code !== 'OWN_SUBMISSION') })}
          mend={(problem) => void next(0, pointerOf(problem.path))}
          sent={() => setSent(true)}
        />
      )}
      {!sent && (
        <footer className="bar">
          <SavedWhen saving={saving} />
          <span>
            {step > 0 && <Button onClick={() => void next(step - 1)}>{t('record.back')}</Button>}
            {step < 2 && (
              <Button type="primary" disabled={saving === 'marked'} onClick={() => void next(step + 1)}>
                {t('record.next')}
              </Button>
            )}
          </span>
        </footer>
      )}
    </>
  );
}

/** A comment at what stands beside the form. */
function beside<C extends { readonly path: string }>(comment: C): C {
  return comment.path === '/title' || comment.path === '/occurredOn' ? { ...comment, path: `#${comment.path.slice(1)}` } : comment;
}

/** What stands in the way of all of it. */
function Standing({ desk, draft, form, sent }: { readonly desk: Desk; readonly draft: Draft; readonly form: GroupSchema; readonly sent: boolean }) {
  const { t } = useTranslation();
  const { saving, id, adopted } = draft;
  if (sent) return null;
  return (
    <>
      {saving === 'marked' && <Alert type="error" showIcon title={t('form.secret')} />}
      {saving === 'closed' && id !== null && (
        <Alert
          type="warning"
          showIcon
          title={t('record.closed')}
          action={
            <Link className="do" to="/records/$id" params={{ id }}>
              {t('submit.look')}
            </Link>
          }
        />
      )}
      {saving === 'denied' && <Alert type="error" showIcon title={t('record.denied')} />}
      {adopted !== null && <Alert type="info" showIcon closable title={t('record.adopted', { name: adopted })} />}
      <Conflict desk={desk} draft={draft} form={form} />
    </>
  );
}

/** Tells at once when somebody else has changed the same draft. */
function useHeard(desk: Desk, id: string | null): void {
  const [{ data }] = useSubscription({ query: RecordMovedDocument, variables: { record: id ?? '' }, pause: id === null });
  const rev = data?.recordChanged?.rev;
  useEffect(() => {
    if (rev !== undefined) desk.heard(rev);
  }, [desk, rev]);
}

/** What was said and still holds: at fields that stand as they stood. */
function still({ writing: then, problems }: Checked, now: Writing): readonly Problem[] {
  return problems.filter(({ path }) => {
    const pointer = pointerOf(path);
    const of = (one: Writing): unknown => (pointer.startsWith('#') ? one[pointer.slice(1).split('.')[0] as keyof Writing] : pointer === '' ? one : valueAt(one.content, pointer));
    return JSON.stringify(of(then)) === JSON.stringify(of(now));
  });
}

/** Goes to a field, or to the one that it lies in, and puts the hand there. */
function show(pointer: string): void {
  for (let at = pointer; at !== ''; at = at.slice(0, at.lastIndexOf('/'))) {
    const field = document.querySelector<HTMLElement>(`[data-pointer="${CSS.escape(at)}"]`);
    if (field) {
      field.scrollIntoView({ block: 'center' });
      field.querySelector<HTMLElement>('input, textarea, button, [tabindex]')?.focus({ preventScroll: true });
      return;
    }
    if (!at.includes('/')) return;
  }
}
