-- Journeys: where each stands, its steps, and what people asked of it.

-- Written again, as after a crash, it changes nothing: a step has one beginning and one end, a request one event.
CREATE OR REPLACE FUNCTION record_journey(step jsonb, run text, workflow text, moment timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    c conversations := lock_conversation(step#>>'{start,conversation_id}');
    records jsonb := step->'records';
    notes jsonb := step->'notes';
    one jsonb;
    note jsonb;
    new_state text := step->>'state';
    ends boolean := new_state IN ('completed', 'left', 'refused');
BEGIN
    INSERT INTO journeys (run_id, workflow_id, organisation, conversation_id, journey, spec_hash, entered_by, state,
                          began_at, updated_at, ended_at)
    VALUES (run, workflow, c.organisation, c.conversation_id, step#>>'{start,journey}', step#>>'{start,spec_hash}',
            step#>>'{start,by}', new_state, (step->>'at')::timestamptz, moment,
            CASE WHEN ends THEN (step->>'at')::timestamptz END)
    ON CONFLICT (run_id) DO UPDATE SET state = new_state, updated_at = moment,
        ended_at = CASE WHEN ends THEN coalesce(journeys.ended_at, (step->>'at')::timestamptz) END
    WHERE journeys.ended_at IS NULL;
    FOR one IN SELECT * FROM jsonb_array_elements(records) LOOP
        INSERT INTO journey_steps (run_id, step, visit, kind, owner, began_at, ended_at, outcome)
        VALUES (run, one->>'path', (one->>'visit')::integer, one->>'kind', one->>'owner',
                (one->>'began_at')::timestamptz, (one->>'ended_at')::timestamptz, one->>'outcome')
        ON CONFLICT ON CONSTRAINT journey_steps_pkey DO UPDATE SET ended_at = excluded.ended_at, outcome = excluded.outcome
        WHERE journey_steps.outcome IS NULL AND excluded.outcome IS NOT NULL;
    END LOOP;
    FOR note IN SELECT * FROM jsonb_array_elements(notes) LOOP
        PERFORM note_of_journey(c, run, step#>>'{start,journey}', note, moment);
    END LOOP;
END $$;

-- What a person wrote when they confirmed a step is a note for colleagues; the audit trail has no text of people.
CREATE OR REPLACE FUNCTION note_of_journey(c conversations, run text, of_journey text, note jsonb, moment timestamptz)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    written boolean := note->>'kind' = 'journey_step_confirmed';
    is_new boolean := audit(
        c, note->>'kind', note->>'by',
        jsonb_strip_nulls(jsonb_build_object(
            'journey', of_journey, 'run_id', run, 'step', note->'step', 'via', note->'via',
            'text', CASE WHEN NOT written THEN nullif(note->>'text', '') END)),
        (note->>'at')::timestamptz,
        CASE WHEN note ? 'request_id' THEN format('request:%s:%s', c.conversation_id, note->>'request_id')
             ELSE format('journey:%s:%s:%s:%s', run, note->>'kind', note->>'step', note->>'at') END);
BEGIN
    IF is_new AND written THEN
        PERFORM note_internally(c, note->>'request_id', note->>'by', note->>'text', moment);
    END IF;
END $$;
