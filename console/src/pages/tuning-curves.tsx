// Owns the pictures of tuning: what is served against what of it is wrong, and the same along the cuts of both
// risks.
import type { CurvePoint, TunePoint, Tuned } from '../contract-policy.ts';
import { count, share } from '../format.ts';
import { Curve } from '../parts/curve.tsx';
import type { CurveMark, CurvePlace } from '../parts/curve.tsx';

interface TuningCurvesProps {
  readonly of: Tuned;
  readonly now: TunePoint;
  readonly chosen: TunePoint;
}

export function TuningCurves({ of, now, chosen }: TuningCurvesProps) {
  // Where nothing is served nothing is wrong.
  const places = of.points.filter(({ served }) => served > 0).map(placeOf);
  return (
    <section aria-labelledby="curves">
      <h2 id="curves">Served against wrong</h2>
      {places.length === 0 && (
        <p class="empty">No rate would have served anything by meaning yet.</p>
      )}
      {places.length > 0 && (
        <Curve
          title="Served against wrong, by target error rate"
          description={`At ${share(chosen.target_error_rate)}, ${count(chosen.served)} are served and between ${share(chosen.wrong_lower)} and ${share(chosen.wrong_upper)} of them are wrong. The table below has every rate.`}
          xLabel="Share of the decisions that are served"
          yLabel="Upwards: share of those served that is wrong"
          places={places}
          marks={[
            { place: placeOf(now), kind: 'now' },
            { place: placeOf(chosen), kind: 'then' },
          ]}
        />
      )}
      <details>
        <summary>Along the cuts</summary>
        <div class="columns">
          <CutCurve
            risk="figures"
            points={of.curves.figure}
            now={now.cuts.figure}
            chosen={chosen.cuts.figure}
          />
          <CutCurve
            risk="lists"
            points={of.curves.list}
            now={now.cuts.list}
            chosen={chosen.cuts.list}
          />
        </div>
      </details>
    </section>
  );
}

const placeOf = (point: TunePoint): CurvePlace => ({
  x: point.served_share ?? 0,
  y: point.wrong_share,
  lower: point.wrong_lower,
  upper: point.wrong_upper,
  promised: point.calibrated_upper,
});

interface CutCurveProps {
  readonly risk: string;
  readonly points: readonly CurvePoint[];
  readonly now: number | null;
  readonly chosen: number | null;
}

function CutCurve({ risk, points, now, chosen }: CutCurveProps) {
  if (points.length === 0) return <p class="empty">No decision about {risk} is logged yet.</p>;
  const mark = (cut: number | null, kind: CurveMark['kind']): CurveMark[] =>
    cut === null ? [] : [{ place: cutPlaceOf(nearest(points, cut)), kind }];
  return (
    <div>
      <h3>Answers that are {risk}</h3>
      <Curve
        title={`Wrong by cut, for ${risk}`}
        description="What is wrong of the answers served, by the margin that they must reach."
        xLabel="Margin that is asked for"
        yLabel="Upwards: share of those served that is wrong"
        places={points.map(cutPlaceOf)}
        marks={[...mark(now, 'now'), ...mark(chosen, 'then')]}
        isXShare={false}
      />
    </div>
  );
}

const cutPlaceOf = (point: CurvePoint): CurvePlace => ({
  x: point.cut,
  y: point.labelled > 0 ? point.wrong / point.labelled : null,
  lower: point.wrong_lower,
  upper: point.wrong_upper,
  promised: point.calibrated.upper,
});

const nearest = (points: readonly CurvePoint[], cut: number): CurvePoint =>
  points.reduce((best, point) =>
    Math.abs(point.cut - cut) < Math.abs(best.cut - cut) ? point : best,
  );
