// What only a person can say of files: what must be answered first, the rest folded away.
import { useWords } from "../../words";
import { MAY_BE_FORCED, type Answers, type Needed, type Upload } from "./told";
import { own } from "./words";

interface Asked {
  one: Upload;
  answers: Answers;
  changed: (answers: Answers) => void;
}

export function Questions({ one, answers, changed }: Asked) {
  const words = useWords(own);
  const needed = one.result?.needed ?? [];
  const asks = (question: Needed["question"]) => needed.find((each) => each.question === question);
  const [district, coordinates] = [asks("district"), asks("coordinates")];
  const columns = needed.filter((each) => each.question === "column");
  const stopped = (one.result?.failed ?? []).some((each) => MAY_BE_FORCED.includes(each.code));
  const ofDistrict = <OfDistrict key="district" one={one} needed={district} answers={answers} changed={changed} />;
  const ofSystem = <OfSystem key="system" one={one} needed={coordinates} answers={answers} changed={changed} />;
  return (
    <>
      {(needed.length > 0 || stopped) && (
        <fieldset class="questions must">
          <legend>{words.upload.questions.title}</legend>
          {district && ofDistrict}
          {coordinates && ofSystem}
          {columns.map((each) => (
            <label key={each.field}>
              <span>{words.upload.questions.column(each.field ?? "")} <small>{words.upload.questions.for_files(each.files.join(" "))}</small></span>
              <select
                class="field"
                value={answers.columns?.[each.field ?? ""] ?? ""}
                onChange={(event) => changed({ ...answers, columns: { ...answers.columns, [each.field ?? ""]: event.currentTarget.value } })}
              >
                <option value="">{words.upload.questions.choose}</option>
                {each.of.map((heading) => <option key={heading} value={heading}>{heading}</option>)}
              </select>
            </label>
          ))}
          {stopped && (
            <label class="tick">
              <input type="checkbox" checked={answers.force ?? false} onChange={(event) => changed({ ...answers, force: event.currentTarget.checked })} />
              <span>{words.upload.questions.force} <small>{words.upload.questions.force_hint}</small></span>
            </label>
          )}
        </fieldset>
      )}
      <details class="questions">
        <summary>{words.upload.questions.more}</summary>
        <div class="fields">
          {!district && ofDistrict}
          {!coordinates && ofSystem}
          <label>
            <span>{words.upload.questions.exported_on} <small>{words.upload.questions.exported_hint}</small></span>
            <input class="field" type="date" value={answers.exported_on ?? one.options.exported_on ?? ""} onInput={(event) => changed({ ...answers, exported_on: event.currentTarget.value })} />
          </label>
        </div>
      </details>
    </>
  );
}

function OfDistrict({ one, needed, answers, changed }: Asked & { needed: Needed | undefined }) {
  const words = useWords(own);
  return (
    <label>
      <span>{words.upload.questions.district} {needed && <small>{words.upload.questions.for_files(needed.files.join(" "))}</small>}</span>
      <input
        class="field"
        type="text"
        maxLength={60}
        placeholder={needed?.likely ?? words.upload.questions.district_hint}
        value={answers.district ?? one.options.district ?? ""}
        onInput={(event) => changed({ ...answers, district: event.currentTarget.value })}
      />
    </label>
  );
}

function OfSystem({ one, needed, answers, changed }: Asked & { needed: Needed | undefined }) {
  const words = useWords(own);
  return (
    <label>
      <span>{words.upload.questions.coordinates} {needed && <small>{words.upload.questions.for_files(needed.files.join(" "))}</small>}</span>
      <select class="field" value={answers.coordinates ?? one.options.coordinates ?? ""} onChange={(event) => changed({ ...answers, coordinates: event.currentTarget.value })}>
        {Object.entries(words.upload.questions.systems).map(([value, label]) => <option key={value} value={value}>{label}</option>)}
      </select>
    </label>
  );
}
