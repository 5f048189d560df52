import { useNavigate, useSearch } from '@tanstack/react-router';
import { Alert, Button, Input, Radio, Select, Steps } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { Group } from '../../form/group';
import { isMarkedSecret } from '../../form/guard';
import { following, KnownPeople, sameAgain } from '../../form/known';
import { type Mark, type Marks, marksOf, strays } from '../../form/mark';
import { at, type Content, type GroupSchema } from '../../form/schema';
import { day } from '../../frame/moment';
import { useTitle } from '../../frame/title';
import type { Draft } from './draft';
import { FilesStep } from './files-step';
import { type Confidentiality, type FilesFragment, RecordTypesDocument } from './gen/graphql';
import { useLately } from './lately';
import { SavedWhen } from './saved';
import { SubmitStep } from './submit-step';

interface EditorProps {
  readonly heading: string;
  readonly help: string;
  /** Regulations that the type rests on. */
  readonly rules: readonly string[];
  readonly of: { readonly org: string; readonly type: string };
  /** The title that a day gives, where it is made from it. */
  readonly usualTitle?: (day: string) => string;
  readonly form: GroupSchema;
  readonly draft: Draft;
  readonly post: string;
  readonly files: readonly FilesFragment[];
  readonly comments: readonly { readonly path: string; readonly text: string }[];
}

/** Writing, files, sending: one after the other, and back at any time. */
export function Editor({ heading, help, rules, of, usualTitle, form, draft, post, files, comments }: EditorProps) {
  const { t } = useTranslation();
  const go = useNavigate();
  const { step: asked } = useSearch({ strict: false });
  const step = draft.id === null ? 0 : (asked ?? 0);
  const [attached, setAttached] = useState(files);
  const [onTheWay, setOnTheWay] = useState(0);
  const { last, known } = useLately(of);
  useTitle(heading);
  const marks = useMemo(() => marksOf(draft.problems, comments), [draft.problems, comments]);
  const shown = (pointer: string): boolean => pointer !== '' && !pointer.startsWith('#') && at(form, pointer) !== undefined;
  const beside = (name: string): readonly Mark[] => marks.get(`#${name}`) ?? [];
  const above = strays(marks, (pointer) => shown(pointer) || /^#(title|occurredOn|confidentiality|tags)/.test(pointer));
  const secret = useMemo(() => isMarkedSecret(`${draft.writing.title}\n${texts(draft.writing.content).join('\n')}`), [draft.writing]);

  function onDay(occurredOn: string): void {
    const { title, occurredOn: before } = draft.writing;
    draft.write({ occurredOn, ...(usualTitle && title === usualTitle(before) ? { title: usualTitle(occurredOn) } : {}) });
  }

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
          {rules.length > 0 && <p className="hint">{t('record.rules', { rules: rules.join('；') })}</p>}
          {last && Object.keys(draft.writing.content).length === 0 && (
            <Alert
              className="again"
              type="info"
              title={t('record.sameAgain', { day: day(last.occurredOn) })}
              action={<Button onClick={() => draft.write({ content: sameAgain(form, last.content) })}>{t('record.takeSame')}</Button>}
            />
          )}
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
          <div className="group">
            <div className="field">
              <label htmlFor="record-day">{t('record.day')}</label>
              <Input
                id="record-day"
                type="date"
                value={draft.writing.occurredOn}
                required
                onChange={(event) => event.target.value !== '' && onDay(event.target.value)}
              />
              <Beside marks={beside('occurredOn')} />
            </div>
            <Aside draft={draft} type={of.type} marks={marks} />
          </div>
          <KnownPeople value={known}>
            <Group
              schema={form}
              pointer=""
              required
              value={draft.writing.content}
              marks={marks}
              still={false}
              onChange={(content) => draft.write({ content: following(form, draft.writing.content, content as Content) })}
            />
          </KnownPeople>
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

/** What one meeting counts for besides, and who may see it. */
function Aside({ draft, type, marks }: { readonly draft: Draft; readonly type: string; readonly marks: Marks }) {
  const { t } = useTranslation();
  const [{ data }] = useQuery({ query: RecordTypesDocument, requestPolicy: 'cache-first' });
  const { tags, confidentiality } = draft.writing;
  const said = [...marks].flatMap(([pointer, all]) => (pointer.startsWith('#tags') ? all : []));
  return (
    <>
      <div className="field">
        <label htmlFor="record-tags">{t('record.tags')}</label>
        <Select<string[]>
          id="record-tags"
          mode="multiple"
          maxCount={5}
          value={[...tags]}
          showSearch={{ optionFilterProp: 'label' }}
          options={(data?.recordTypes ?? []).filter(({ code }) => code !== type).map(({ code, name }) => ({ value: code, label: name }))}
          aria-describedby="record-tags-said"
          onChange={(chosen) => draft.write({ tags: chosen })}
        />
        <div id="record-tags-said">
          <p className="hint">{t('record.tagsHint')}</p>
          <Beside marks={said} />
        </div>
      </div>
      <div className="field">
        <span className="name" id="record-grade">
          {t('record.confidentiality')}
        </span>
        <Radio.Group
          aria-labelledby="record-grade"
          optionType="button"
          value={confidentiality}
          options={(['PUBLIC', 'INTERNAL'] as const).map((grade) => ({ value: grade, label: t(`record.grade.${grade}`) }))}
          onChange={(event) => draft.write({ confidentiality: event.target.value as Confidentiality })}
        />
        <p className="hint">{t('record.gradeHint')}</p>
        <Beside marks={marks.get('#confidentiality') ?? []} />
      </div>
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
