//! What every engine must do. Written against `Arc<dyn Engine>`; an engine joins by one line at the end.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    unreachable_pub,
    reason = "a test fails by panicking"
)]

#[path = "conformance/audit.rs"]
mod audit;
#[path = "conformance/contacts.rs"]
mod contacts;
#[path = "conformance/customers.rs"]
mod customers;
#[path = "conformance/errands.rs"]
mod errands;
#[path = "conformance/events.rs"]
mod events;
#[path = "conformance/identities.rs"]
mod identities;
#[path = "conformance/insights.rs"]
mod insights;
#[path = "conformance/keys.rs"]
mod keys;
#[path = "conformance/learned.rs"]
mod learned;
#[path = "conformance/people.rs"]
mod people;
#[path = "conformance/registry.rs"]
mod registry;
#[path = "conformance/support.rs"]
mod support;
#[path = "conformance/threads.rs"]
mod threads;
#[path = "conformance/turns.rs"]
mod turns;

/// Runs each case on a fresh engine of one kind.
macro_rules! conforms {
    ($engine:ident, $factory:expr, [$($room:ident: $($case:ident),+;)+]) => {
        mod $engine {
            $($(
                #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
                async fn $case() {
                    let shop = crate::support::Shop::open($factory).await;
                    crate::$room::$case(shop).await;
                }
            )+)+
        }
    };
}

conforms!(sqlite, crate::support::sqlite(), [
    turns: a_turn_is_known_from_then_on, the_same_message_at_once_has_one_answer, history_is_the_last_twenty,
        an_agents_message_is_remembered, a_duplicate_keeps_nothing_of_its_batch, many_at_once_are_all_kept,
        turns_are_found_and_listed, suggestions_are_found_by_their_id, long_conversations_know_old_messages,
        a_turn_id_is_used_once, memory_and_storage_agree,
        kept_turns_have_what_was_known_around_them;
    customers: profiles_and_keys_are_kept, triggers_are_handed_profile_and_keys, what_happened_lately_is_known, live_data_is_valid_in_its_span, the_quota_holds_per_plugin_and_merchant,
        nothing_crosses_merchants, numbers_that_json_cannot_say_are_refused;
    events: an_event_counts_once, customers_keep_their_order, partitions_share_out_all_customers,
        a_second_decision_is_refused, timers_fire_once, a_moved_timer_is_not_done,
        judged_events_are_found_by_type_and_forgotten;
    errands: an_errand_counts_once_and_waits_in_line, a_message_is_rewritten;
    contacts: an_occurrence_is_proposed_once, changes_follow_each_other, of_many_decisions_one_wins,
        what_is_due_is_found_in_its_partition, the_gate_finds_what_it_must_know, lists_are_filtered,
        feedback_is_kept_once_per_action;
    keys: who_writes_meanwhile_is_copied_again, writes_are_held_and_then_dropped, a_rollback_restores_what_was,
        a_change_that_did_not_end_is_taken_back_at_the_start, only_the_one_before_is_kept_and_not_for_ever,
        the_quota_holds_for_copies, merchants_with_their_own_are_left_alone, an_older_set_beside_a_newer_one_holds_nothing_up,
        keys_that_are_deleted_are_copied_again;
    learned: acceptance_is_learned_in_the_commit_that_says_so, a_later_word_replaces_the_earlier,
        an_erased_customer_has_taught_nothing, what_old_messages_taught_outlives_them,
        a_conversation_counts_once_by_its_first_answer;
    threads: conversations_are_listed_by_their_newest_message, a_refused_message_leaves_the_list_alone,
        a_conversation_is_read_in_pages_with_its_turns;
    identities: news_change_the_profile_with_their_event, what_is_about_an_unknown_order_waits_for_it,
        a_delivery_counts_once_by_any_of_its_names, only_rules_make_two_one,
        of_several_with_one_name_nobody_is_guessed, a_merge_carries_everything_and_is_undone,
        an_erased_customer_is_gone_under_all_names, old_rows_are_found_and_swept,
        what_turns_were_answered_from_goes_before_them;
    insights: held_out_turns_are_counted_apart, who_was_told_writes_less, a_swept_message_takes_its_figures_with_it;
    registry: history_allows_a_rollback, a_stale_change_is_refused, reloads_are_listed_by_scope,
        generations_go_on_after_a_restart, keys_and_settings_are_kept, bundles_are_kept_by_hash,
        a_closed_engine_says_so;
    people: people_are_kept, a_login_needs_the_password_of_now, sessions_end, use_does_not_bring_a_session_back;
    audit: records_follow_each_other, a_record_stands_or_falls_with_its_change, chains_do_not_mix;
]);
