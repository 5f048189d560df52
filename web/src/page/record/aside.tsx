import { Radio, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import type { Mark, Marks } from '../../form/mark';
import { type Confidentiality, RecordTypesDocument } from './gen/graphql';
import type { Writing } from './writing';

interface AsideProps {
  readonly writing: Writing;
  readonly type: string;
  readonly marks: Marks;
  readonly write: (change: Partial<Writing>) => void;
}

/** What one meeting counts for besides, and who may see it. */
export function Aside({ writing: { tags, confidentiality }, type, marks, write }: AsideProps) {
  const { t } = useTranslation();
  const [{ data }] = useQuery({ query: RecordTypesDocument, requestPolicy: 'cache-first' });
  const said = [...marks].flatMap(([pointer, all]) => (pointer.startsWith('#tags') ? all : []));
  return (
    <>
      <div className="field" data-pointer="#tags">
        <label htmlFor="record-tags">{t('record.tags')}</label>
        <Select<string[]>
          id="record-tags"
          mode="multiple"
          maxCount={5}
          value={[...tags]}
          showSearch={{ optionFilterProp: 'label' }}
          options={(data?.recordTypes ?? []).filter(({ code }) => code !== type).map(({ code, name }) => ({ value: code, label: name }))}
          aria-describedby="record-tags-said"
          onChange={(chosen) => write({ tags: chosen })}
        />
        <div id="record-tags-said">
          <p className="hint">{t('record.tagsHint')}</p>
          <Beside marks={said} />
        </div>
      </div>
      <div className="field" data-pointer="#confidentiality">
        <span className="name" id="record-grade">
          {t('record.confidentiality')}
        </span>
        <Radio.Group
          aria-labelledby="record-grade"
          optionType="button"
          value={confidentiality}
          options={(['PUBLIC', 'INTERNAL'] as const).map((grade) => ({ value: grade, label: t(`record.grade.${grade}`) }))}
          onChange={(event) => write({ confidentiality: event.target.value as Confidentiality })}
        />
        <p className="hint">{t('record.gradeHint')}</p>
        <Beside marks={marks.get('#confidentiality') ?? []} />
      </div>
    </>
  );
}

export function Beside({ marks }: { readonly marks: readonly Mark[] }) {
  return marks.map(({ tone, text }) => (
    <p key={text} className={`mark ${tone}`}>
      {text}
    </p>
  ));
}
